export interface Parameter {
  Name?: string;
  Type?: string;
  Value?: string;
  Version?: number;
  ARN?: string;
  LastModifiedDate?: Date;
}

/** The Parameter Store operations that drivers use. */
export interface SsmOperations {
  /** At most 10 names; the missing come back in `InvalidParameters`. */
  GetParameters: {
    input: { Names: string[]; WithDecryption?: boolean };
    output: { Parameters?: Parameter[]; InvalidParameters?: string[] };
  };
  GetParametersByPath: {
    input: { Path: string; Recursive?: boolean; WithDecryption?: boolean; MaxResults?: number; NextToken?: string };
    output: { Parameters?: Parameter[]; NextToken?: string };
  };
  PutParameter: {
    input: { Name: string; Value: string; Type?: 'String' | 'StringList' | 'SecureString'; Overwrite?: boolean };
    output: { Version?: number };
  };
}
