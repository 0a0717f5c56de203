/** The Secrets Manager operations that drivers use. */
export interface SecretsManagerOperations {
  GetSecretValue: {
    input: { SecretId: string; VersionId?: string; VersionStage?: string };
    output: {
      ARN?: string;
      Name?: string;
      VersionId?: string;
      SecretString?: string;
      SecretBinary?: Uint8Array;
      VersionStages?: string[];
      CreatedDate?: Date;
    };
  };
  BatchGetSecretValue: {
    input: { SecretIdList: string[]; NextToken?: string | undefined };
    output: {
      SecretValues?: Array<{
        ARN?: string;
        Name?: string;
        VersionId?: string;
        SecretString?: string;
        VersionStages?: string[];
        CreatedDate?: Date;
      }>;
      Errors?: Array<{ SecretId?: string; ErrorCode?: string; Message?: string }>;
      NextToken?: string;
    };
  };
  PutSecretValue: {
    input: { SecretId: string; SecretString: string; ClientRequestToken?: string; VersionStages?: string[] };
    output: { ARN?: string; VersionId?: string };
  };
  /** Says nothing of the value: which versions there are and when they were made. */
  DescribeSecret: {
    input: { SecretId: string };
    output: {
      ARN?: string;
      Name?: string;
      LastChangedDate?: Date;
      DeletedDate?: Date;
      VersionIdsToStages?: Record<string, string[]>;
    };
  };
  /** Names of secrets, without their values. A `name` filter matches the beginnings of names. */
  ListSecrets: {
    input: {
      Filters?: Array<{ Key: 'name'; Values: string[] }>;
      MaxResults?: number;
      NextToken?: string | undefined;
    };
    output: { SecretList?: Array<{ ARN?: string; Name?: string }>; NextToken?: string };
  };
  UpdateSecretVersionStage: {
    input: {
      SecretId: string;
      VersionStage: string;
      RemoveFromVersionId?: string;
      MoveToVersionId?: string;
    };
    output: { ARN?: string; Name?: string };
  };
}
