import { randomBytes, randomUUID } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import type { KmsKey } from './store.ts';
import { newMaterial } from './store.ts';

type Owner = Pick<CallContext, 'account' | 'region' | 'clock'>;

/** What AWS gives a key that is created without a policy: the account's IAM policies decide. */
const defaultPolicy = (account: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

/** A key with material of its own, in no store yet. */
export function newKey(
  { account, region, clock }: Owner,
  options: {
    readonly manager: KmsKey['manager'];
    readonly description: string;
    readonly policy?: string | undefined;
    readonly multiRegion?: boolean;
  },
): KmsKey {
  const { manager, description, policy = defaultPolicy(account), multiRegion = false } = options;
  const id = multiRegion ? `mrk-${randomBytes(16).toString('hex')}` : randomUUID();
  return {
    id,
    arn: `arn:aws:kms:${region}:${account}:key/${id}`,
    account,
    createdMs: clock.now(),
    manager,
    multiRegion,
    tags: new Map(),
    materials: [newMaterial(clock.now())],
    description,
    policy,
    enabled: true,
    deletionMs: undefined,
    rotation: undefined,
  };
}
