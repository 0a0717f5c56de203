import { randomBytes } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import { storeKey } from '../../core/stores.ts';

/** What encrypts: 256 bits. A key keeps the older ones, for what they have encrypted. */
export interface KeyMaterial {
  readonly id: string;
  readonly bytes: Buffer;
  readonly createdMs: number;
  /** How it came about; the first one came with the key. */
  readonly rotation: 'AUTOMATIC' | 'ON_DEMAND' | undefined;
}

export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  readonly account: string;
  readonly createdMs: number;
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly multiRegion: boolean;
  readonly tags: Map<string, string>;
  /** Oldest first, never empty. */
  readonly materials: KeyMaterial[];
  description: string;
  policy: string;
  enabled: boolean;
  deletionMs: number | undefined;
  /** Automatic rotation, when it is on. */
  rotation: { readonly periodDays: number; nextMs: number } | undefined;
}

export interface Alias {
  readonly name: string;
  readonly createdMs: number;
  targetId: string;
  updatedMs: number;
}

export interface KmsState {
  readonly keys: Map<string, KmsKey>;
  /** By name, `alias/` included. */
  readonly aliases: Map<string, Alias>;
}

const kmsState = storeKey('kms', (): KmsState => ({ keys: new Map(), aliases: new Map() }));

export const DAY_MS = 86_400_000;

export const newMaterial = (createdMs: number, rotation?: 'AUTOMATIC' | 'ON_DEMAND'): KeyMaterial => ({
  id: randomBytes(32).toString('hex'),
  bytes: randomBytes(32),
  createdMs,
  rotation,
});

/** Rotates what has fallen due. A key that cannot be used waits until it can. */
function rotateWhenDue(key: KmsKey, nowMs: number): void {
  const { rotation } = key;
  if (rotation === undefined || !key.enabled || key.deletionMs !== undefined) return;
  while (rotation.nextMs <= nowMs) {
    key.materials.push(newMaterial(rotation.nextMs, 'AUTOMATIC'));
    rotation.nextMs += rotation.periodDays * DAY_MS;
  }
}

/** Keys and aliases of an account and region, brought up to the clock: deleted keys are gone, their aliases with them. */
export function liveState(
  { storesOf, clock }: Pick<CallContext, 'storesOf' | 'clock'>,
  account: string,
  region: string,
): KmsState {
  const state = storesOf(account, region).get(kmsState);
  const now = clock.now();
  for (const key of state.keys.values()) {
    if (key.deletionMs === undefined || key.deletionMs > now) {
      rotateWhenDue(key, now);
      continue;
    }
    state.keys.delete(key.id);
    for (const alias of state.aliases.values()) if (alias.targetId === key.id) state.aliases.delete(alias.name);
  }
  return state;
}
