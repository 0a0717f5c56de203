import { builtin } from '../builtin.ts';
import { fromBase64 } from './blob.ts';
import { fromEpoch } from './from-epoch.ts';
import { jsonService } from './json-protocol.ts';

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

/** Secrets Manager by AWS JSON 1.1. */
export const secretsmanager = jsonService({
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
