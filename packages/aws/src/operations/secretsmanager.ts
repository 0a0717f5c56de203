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
    };
  };
  BatchGetSecretValue: {
    input: { SecretIdList: string[]; NextToken?: string };
    output: {
      SecretValues?: Array<{
        ARN?: string;
        Name?: string;
        VersionId?: string;
        SecretString?: string;
        VersionStages?: string[];
      }>;
      Errors?: Array<{ SecretId?: string; ErrorCode?: string; Message?: string }>;
      NextToken?: string;
    };
  };
  PutSecretValue: {
    input: { SecretId: string; SecretString: string; ClientRequestToken?: string };
    output: { ARN?: string; VersionId?: string };
  };
}
