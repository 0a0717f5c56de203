import type { AnyRedisClient } from '../../redis/redis-client.ts';
import { redisClient } from '../../redis/redis-client.ts';
import type { CacheStore } from '../port.ts';

/** SCAN blocks the server for as long as it looks at so many keys. */
const KEYS_PER_SCAN = '500';

/** @inline */
interface RedisCacheStoreOptions {
  /** A connected client of iovalkey, ioredis or node-redis, or an object with `send`. */
  client: AnyRedisClient;
  /** Put before every key, e.g. `orders-prod:prices:`. */
  prefix: string;
}

/**
 * A store on Valkey or Redis 2.8 and newer: one GET, SET with PX, or DEL per operation, each
 * with one key; SCAN for a look at all of them.
 *
 * @example
 * ```ts
 * import { Redis } from 'iovalkey';
 *
 * const options = { enableOfflineQueue: false, maxRetriesPerRequest: 0 };
 * const client = new Redis('redis://localhost:6379', options);
 * const store = createRedisCacheStore({ client, prefix: 'orders-prod:prices:' });
 * ```
 */
export function createRedisCacheStore({ client, prefix }: RedisCacheStoreOptions): CacheStore {
  const { send, nodes } = redisClient(client);
  const pattern = `${prefix.replace(/[*?[\]\\]/g, '\\$&')}*`;
  return {
    get(key) {
      const name = prefix + key;
      return send(name, ['GET', name]) as Promise<string | null>; // Redis's reply to GET
    },
    async set(key, text, ttlMs) {
      const name = prefix + key;
      await send(name, ['SET', name, text, 'PX', String(ttlMs)]);
    },
    async delete(key) {
      const name = prefix + key;
      await send(name, ['DEL', name]);
    },
    async *keys({ signal }) {
      for (const scan of nodes?.() ?? [(command: readonly string[]) => send('', command)]) {
        let cursor = '0';
        do {
          signal?.throwIfAborted();
          const reply = await scan(['SCAN', cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_SCAN]);
          const [next, names] = reply as [string, string[]]; // Redis's reply to SCAN
          cursor = String(next);
          if (names.length > 0) yield names.map((name) => name.slice(prefix.length));
        } while (cursor !== '0');
      }
    },
  };
}
