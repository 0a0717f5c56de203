import { builtin } from '@twelvefold/core/internal';
import type { Accesses, AwsService } from './aws-service.ts';
import { fromBase64 } from './blob.ts';
import { fromEpoch } from './from-epoch.ts';
import { jsonProtocol } from './json-protocol.ts';

interface SecretValue {
  SecretBinary?: unknown;
  CreatedDate?: unknown;
}

function secretValue<T extends SecretValue>(value: T): T {
  if (typeof value.SecretBinary === 'string') value.SecretBinary = fromBase64(value.SecretBinary);
  fromEpoch(value, 'CreatedDate');
  return value;
}

/** The dates of a description. */
const DATES = [
  'LastRotatedDate',
  'LastChangedDate',
  'LastAccessedDate',
  'DeletedDate',
  'NextRotationDate',
  'CreatedDate',
] as const;

const protocol = jsonProtocol({
  target: 'secretsmanager',
  version: '1.1',
  encode: {
    // Makes a repeated call one version, not two: the same token for every attempt.
    PutSecretValue: (input: { ClientRequestToken?: string }) => ({
      ...input,
      ClientRequestToken: input.ClientRequestToken ?? builtin('node:crypto').randomUUID(),
    }),
  },
  decode: {
    DescribeSecret: (output: { [date in (typeof DATES)[number]]?: unknown }) => {
      for (const date of DATES) fromEpoch(output, date);
      return output;
    },
    GetSecretValue: secretValue,
    BatchGetSecretValue: (output: { SecretValues?: SecretValue[] }) => {
      for (const value of output.SecretValues ?? []) secretValue(value);
      return output;
    },
  },
});

/** Secrets Manager. */
export const secretsmanager: AwsService<'secretsmanager'> = {
  name: 'secretsmanager',
  endpointVariable: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  operations: {
    GetSecretValue: 'read',
    BatchGetSecretValue: 'read',
    PutSecretValue: 'write',
    DescribeSecret: 'read',
    ListSecrets: 'read',
    UpdateSecretVersionStage: 'write',
  } satisfies Accesses<'secretsmanager'>,
  protocol,
  loadSdk: async ({ open, missing }) => {
    try {
      return open(await import('@aws-sdk/client-secrets-manager'), 'SecretsManagerClient');
    } catch (error) {
      throw missing(error);
    }
  },
};
