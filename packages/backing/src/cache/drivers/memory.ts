import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { createBoundedMap } from '../bounded-map.ts';
import type { CacheStore } from '../port.ts';

const ENTRIES = 10_000;
const BYTES = 64 * 1_024 * 1_024;

/**
 * A store in the memory of this process, for tests and laptops: at most 10,000 entries and 64 MiB,
 * the least recently used go first.
 *
 * @example
 * ```ts
 * const definition = cache('prices', { schema: z.object({ cents: z.number() }) });
 * const prices = createCache({ definition, store: createMemoryCacheStore() });
 * ```
 */
export function createMemoryCacheStore({ clock = systemClock }: { clock?: Pick<Clock, 'now'> } = {}): CacheStore {
  const texts = createBoundedMap({ entries: ENTRIES, bytes: BYTES, clock });
  return {
    get: async (key) => texts.get(key),
    set: async (key, text, ttlMs) => texts.set(key, text, ttlMs),
    delete: async (key) => texts.delete(key),
    async *keys() {
      yield texts.keys();
    },
  };
}
