import type { KmsKey } from './store.ts';

/** AWS JSON carries times as seconds. */
export const seconds = (ms: number) => ms / 1000;

function stateOf({ deletionMs, enabled }: KmsKey): string {
  if (deletionMs !== undefined) return 'PendingDeletion';
  return enabled ? 'Enabled' : 'Disabled';
}

/** The `KeyMetadata` shape. */
export const writeKey = (key: KmsKey) => ({
  AWSAccountId: key.account,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: seconds(key.createdMs),
  Enabled: stateOf(key) === 'Enabled',
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: stateOf(key),
  DeletionDate: key.deletionMs === undefined ? undefined : seconds(key.deletionMs),
  Origin: 'AWS_KMS',
  KeyManager: key.manager,
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: key.multiRegion,
  MultiRegionConfiguration: key.multiRegion
    ? {
        MultiRegionKeyType: 'PRIMARY',
        PrimaryKey: { Arn: key.arn, Region: key.arn.split(':')[3] },
        ReplicaKeys: [],
      }
    : undefined,
  CurrentKeyMaterialId: key.materials.at(-1)?.id,
});
