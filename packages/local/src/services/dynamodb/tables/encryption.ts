import type { CallContext } from '../../../core/service.ts';
import type { Checked } from '../input/shape.ts';
import type { Table } from './table.ts';

export const ENCRYPTION = {
  type: 'structure',
  members: {
    Enabled: { type: 'boolean' },
    SSEType: { type: 'string', values: ['AES256', 'KMS'] },
    KMSMasterKeyId: { type: 'string' },
  },
} as const;

/** How a table says that it is encrypted; undefined for the key that AWS owns, which AWS does not mention. */
export function readEncryption(
  { account, region }: Pick<CallContext, 'account' | 'region'>,
  { Enabled, KMSMasterKeyId = 'alias/aws/dynamodb' }: Checked<typeof ENCRYPTION>,
): Table['encryption'] {
  if (!Enabled) return undefined;
  if (KMSMasterKeyId.startsWith('arn:')) return { keyArn: KMSMasterKeyId };
  const resource = KMSMasterKeyId.startsWith('alias/') ? KMSMasterKeyId : `key/${KMSMasterKeyId}`;
  return { keyArn: `arn:aws:kms:${region}:${account}:${resource}` };
}
