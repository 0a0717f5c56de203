import { readBoolean, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { checkPolicy } from '../check-policy.ts';
import { newKey } from '../new-key.ts';
import { liveState } from '../store.ts';
import { addKeyTags } from '../tags.ts';
import { writeKey } from '../write-key.ts';

/** What a key can be here; AWS has more of each. */
const SUPPORTED: Readonly<Record<string, string>> = {
  KeySpec: 'SYMMETRIC_DEFAULT',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeyUsage: 'ENCRYPT_DECRYPT',
  Origin: 'AWS_KMS',
};

export const createKey: Action = (input, context) => {
  context.touches('*');
  for (const [member, supported] of Object.entries(SUPPORTED)) {
    const asked = readString(input, member) ?? supported;
    if (asked !== supported) {
      throw new ServiceError(
        'NotImplemented',
        `Cannot answer kms CreateKey: the local endpoint has keys of ${member} ${supported} only`,
        { status: 501 },
      );
    }
  }
  const policy = readString(input, 'Policy', { min: 1, max: 131_072 });
  const key = newKey(context, {
    manager: 'CUSTOMER',
    description: readString(input, 'Description', { max: 8192 }) ?? '',
    policy: policy === undefined ? undefined : checkPolicy(policy),
    multiRegion: readBoolean(input, 'MultiRegion') ?? false,
  });
  addKeyTags(key.tags, input);
  liveState(context, context.account, context.region).keys.set(key.id, key);
  return { KeyMetadata: writeKey(key) };
};
