import type { ConditionKeys } from '../../core/authorizer.ts';
import type { Input, Operation, Operations } from './operation.ts';
import { named, text } from './operation.ts';

/** The pairs of an encryption context, and their names. */
function encryptionContextKeys(pairs: Readonly<Record<string, unknown>> = {}): ConditionKeys {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return {};
  return {
    ...Object.fromEntries(entries.map(([name, value]) => [`kms:EncryptionContext:${name}`, String(value)])),
    'kms:EncryptionContextKeys': entries.map(([name]) => name),
  };
}

const contextOf = (input: Input, action: string) =>
  action === 'kms:ReEncryptFrom'
    ? input.SourceEncryptionContext
    : (input.EncryptionContext ?? input.DestinationEncryptionContext);

/** Source: "AWS KMS condition keys" of the KMS developer guide. */
const kmsKeys = (input: Input, { action }: { readonly action: string }): ConditionKeys => ({
  ...encryptionContextKeys(contextOf(input, action)),
  'kms:RequestAlias': String(input.KeyId ?? '').match(/alias\/.*$/)?.[0],
  'kms:EncryptionAlgorithm': text(input.EncryptionAlgorithm ?? (contextOf(input, action) && 'SYMMETRIC_DEFAULT')),
  'kms:SigningAlgorithm': text(input.SigningAlgorithm),
  'kms:MacAlgorithm': text(input.MacAlgorithm),
  'kms:MessageType': text(input.MessageType),
  'kms:ScheduleKeyDeletionPendingWindowInDays': text(input.PendingWindowInDays),
  'kms:RotationPeriodInDays': text(input.RotationPeriodInDays),
  'kms:BypassPolicyLockoutSafetyCheck': text(input.BypassPolicyLockoutSafetyCheck),
});

const kms = (...actions: string[]): Operation => ({ actions: actions.map((name) => `kms:${name}`), keys: kmsKeys });

const creates = {
  keys: (input: Input): ConditionKeys => ({
    'kms:KeySpec': text(input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'),
    'kms:KeyUsage': text(input.KeyUsage ?? 'ENCRYPT_DECRYPT'),
    'kms:KeyOrigin': text(input.Origin ?? 'AWS_KMS'),
    'kms:MultiRegion': String(input.MultiRegion === true),
    'kms:BypassPolicyLockoutSafetyCheck': text(input.BypassPolicyLockoutSafetyCheck),
  }),
};

export const KMS: Operations = {
  ...named(
    'kms',
    [
      ...['CancelKeyDeletion', 'CreateAlias', 'Decrypt', 'DeleteAlias', 'DescribeKey', 'DisableKey'],
      ...['DisableKeyRotation', 'EnableKey', 'EnableKeyRotation', 'Encrypt', 'GenerateDataKey', 'GenerateMac'],
      ...['GenerateDataKeyWithoutPlaintext', 'GetKeyPolicy', 'GetKeyRotationStatus', 'GetPublicKey', 'ListKeyPolicies'],
      ...['ListKeyRotations', 'ListResourceTags', 'PutKeyPolicy', 'RotateKeyOnDemand', 'ScheduleKeyDeletion', 'Sign'],
      ...['TagResource', 'UntagResource', 'UpdateAlias', 'UpdateKeyDescription', 'Verify', 'VerifyMac'],
    ],
    { keys: kmsKeys },
  ),
  ...named('kms', ['GenerateRandom', 'ListAliases', 'ListKeys']),
  ...named('kms', ['CreateKey'], creates),
  ReEncrypt: kms('ReEncryptFrom', 'ReEncryptTo'),
};

/** Source: the page of Secrets Manager in the Service Authorization Reference. */
const secretKeys = (input: Input): ConditionKeys => ({
  'secretsmanager:SecretId': text(input.SecretId),
  'secretsmanager:Name': text(input.Name),
  'secretsmanager:Description': text(input.Description),
  'secretsmanager:KmsKeyId': text(input.KmsKeyId),
  'secretsmanager:VersionId': text(input.VersionId),
  // GetSecretValue reads AWSCURRENT where neither is named.
  'secretsmanager:VersionStage': text(input.VersionStage),
  'secretsmanager:ForceDeleteWithoutRecovery': text(input.ForceDeleteWithoutRecovery),
  'secretsmanager:RecoveryWindowInDays': text(input.RecoveryWindowInDays),
  'secretsmanager:RotationLambdaARN': text(input.RotationLambdaARN),
  'secretsmanager:RotateImmediately': text(input.RotateImmediately),
  'secretsmanager:BlockPublicPolicy': text(input.BlockPublicPolicy),
  'secretsmanager:ForceOverwriteReplicaSecret': text(input.ForceOverwriteReplicaSecret),
  'secretsmanager:AddReplicaRegions': (input.AddReplicaRegions as Input[] | undefined)?.map(({ Region }) =>
    String(Region),
  ),
});

const WRITES = ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:Encrypt'];

const secret = (name: string, ...more: string[]): Operations => ({
  [name]: { actions: [`secretsmanager:${name}`, ...more], keys: secretKeys },
});

export const SECRETS_MANAGER: Operations = {
  ...named(
    'secretsmanager',
    [
      ...['CancelRotateSecret', 'DeleteResourcePolicy', 'DeleteSecret', 'DescribeSecret', 'GetResourcePolicy'],
      ...['ListSecretVersionIds', 'PutResourcePolicy', 'RemoveRegionsFromReplication', 'RestoreSecret'],
      ...[
        'StopReplicationToReplica',
        'TagResource',
        'UntagResource',
        'UpdateSecretVersionStage',
        'ValidateResourcePolicy',
      ],
    ],
    { keys: secretKeys },
  ),
  ...named('secretsmanager', ['GetRandomPassword', 'ListSecrets']),
  BatchGetSecretValue: {
    actions: ['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue', 'kms:Decrypt'],
  },
  GetSecretValue: {
    actions: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
    keys: (input) => ({
      ...secretKeys(input),
      'secretsmanager:VersionStage': text(
        input.VersionStage ?? (input.VersionId === undefined ? 'AWSCURRENT' : undefined),
      ),
    }),
  },
  ...secret('CreateSecret', ...WRITES),
  ...secret('PutSecretValue', ...WRITES),
  ...secret('UpdateSecret', ...WRITES),
  ...secret('ReplicateSecretToRegions', ...WRITES),
  ...secret('RotateSecret', 'lambda:InvokeFunction'),
};

const READS = ['kms:Decrypt', 'secretsmanager:GetSecretValue'];
const read = (name: string, keys?: Operation['keys']): Operations => ({
  [name]: { actions: [`ssm:${name}`, ...READS], ...(keys === undefined ? {} : { keys }) },
});

/** Source: the page of Systems Manager in the Service Authorization Reference. */
export const SSM: Operations = {
  ...named('ssm', [
    ...['AddTagsToResource', 'DeleteParameter', 'DeleteParameters', 'DeleteResourcePolicy', 'DescribeParameters'],
    ...['GetResourcePolicies', 'LabelParameterVersion', 'ListTagsForResource', 'PutResourcePolicy'],
    ...['RemoveTagsFromResource', 'UnlabelParameterVersion'],
  ]),
  ...read('GetParameter'),
  ...read('GetParameterHistory'),
  ...read('GetParameters'),
  ...read('GetParametersByPath', ({ Recursive }) => ({ 'ssm:Recursive': String(Recursive === true) })),
  PutParameter: {
    actions: ['ssm:PutParameter', 'ssm:AddTagsToResource', 'kms:Encrypt', 'kms:GenerateDataKey'],
    keys: ({ Overwrite, Policies }) => ({
      'ssm:Overwrite': String(Overwrite === true),
      'ssm:Policies': text(Policies),
    }),
  },
};
