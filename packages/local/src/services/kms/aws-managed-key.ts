import type { CallContext } from '../../core/service.ts';
import { newKey } from './new-key.ts';
import type { KmsKey } from './store.ts';
import { DAY_MS, liveState } from './store.ts';

const PREFIX = 'alias/aws/';

export const isAwsManaged = (alias: string) => alias.startsWith(PREFIX);

/** The key of a service in this account and region, e.g. of `alias/aws/ssm`: made on its first use. */
export function awsManagedKey(alias: string, context: CallContext): KmsKey {
  const { keys, aliases } = liveState(context, context.account, context.region);
  const existing = keys.get(aliases.get(alias)?.targetId ?? '');
  if (existing !== undefined) return existing;
  const service = alias.slice(PREFIX.length);
  const key = newKey(context, {
    manager: 'AWS',
    description: `Default key that protects my ${service} data when no other key is defined`,
  });
  const now = context.clock.now();
  // AWS rotates the keys that it manages every year.
  key.rotation = { periodDays: 365, nextMs: now + 365 * DAY_MS };
  keys.set(key.id, key);
  aliases.set(alias, { name: alias, createdMs: now, updatedMs: now, targetId: key.id });
  return key;
}
