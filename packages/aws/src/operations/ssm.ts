export interface Parameter {
  Name?: string;
  Type?: string;
  Value?: string;
  Version?: number;
  ARN?: string;
  LastModifiedDate?: Date;
  /** The `:version` or `:label` that was asked for. */
  Selector?: string;
}

/** The Parameter Store operations that drivers use. */
export interface SsmOperations {
  /** At most 10 names; the missing come back in `InvalidParameters`. */
  GetParameters: {
    input: { Names: string[]; WithDecryption?: boolean };
    output: { Parameters?: Parameter[]; InvalidParameters?: string[] };
  };
  GetParametersByPath: {
    input: {
      Path: string;
      Recursive?: boolean;
      WithDecryption?: boolean;
      MaxResults?: number;
      NextToken?: string | undefined;
      ParameterFilters?: Array<{ Key: string; Option?: string; Values?: string[] }>;
    };
    output: { Parameters?: Parameter[]; NextToken?: string };
  };
  PutParameter: {
    input: {
      Name: string;
      Value: string;
      Type?: 'String' | 'StringList' | 'SecureString';
      Overwrite?: boolean;
      Tier?: 'Standard' | 'Advanced' | 'Intelligent-Tiering';
      KeyId?: string;
    };
    output: { Version?: number };
  };
  LabelParameterVersion: {
    input: { Name: string; ParameterVersion?: number; Labels: string[] };
    output: { InvalidLabels?: string[]; ParameterVersion?: number };
  };
}
