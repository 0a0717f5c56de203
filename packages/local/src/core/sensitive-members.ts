// Written by packages/local/write-sensitive-members.ts from the models in the AWS SDK.

/**
 * Members that the service models mark sensitive, by signing name and operation. Messages never
 * show their values.
 */
// biome-ignore format: generated
export const SENSITIVE_MEMBERS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ecs: {
    RunTask: ['overrides.containerOverrides.environment'],
  },
  events: {
    PutTargets: ['Targets.RedshiftDataParameters.Sql', 'Targets.RedshiftDataParameters.Sqls', 'Targets.AppSyncParameters.GraphQLOperation'],
  },
  kms: {
    Encrypt: ['Plaintext'],
    GenerateMac: ['Message'],
    Sign: ['Message'],
    Verify: ['Message'],
    VerifyMac: ['Message'],
  },
  s3: {
    CompleteMultipartUpload: ['SSECustomerKey'],
    CopyObject: ['SSECustomerKey', 'SSEKMSKeyId', 'SSEKMSEncryptionContext', 'CopySourceSSECustomerKey'],
    CreateMultipartUpload: ['SSECustomerKey', 'SSEKMSKeyId', 'SSEKMSEncryptionContext'],
    GetObject: ['SSECustomerKey'],
    HeadObject: ['SSECustomerKey'],
    ListParts: ['SSECustomerKey'],
    PutObject: ['SSECustomerKey', 'SSEKMSKeyId', 'SSEKMSEncryptionContext'],
    UploadPart: ['SSECustomerKey'],
    UploadPartCopy: ['SSECustomerKey', 'CopySourceSSECustomerKey'],
  },
  secretsmanager: {
    CreateSecret: ['SecretBinary', 'SecretString'],
    PutSecretValue: ['SecretBinary', 'SecretString', 'RotationToken'],
    UpdateSecret: ['SecretBinary', 'SecretString'],
  },
  sns: {
    Publish: ['PhoneNumber'],
  },
  ssm: {
    PutParameter: ['Value'],
  },
  sts: {
    AssumeRoleWithWebIdentity: ['WebIdentityToken'],
  },
};
