import type { AnyRedisClient } from '../../redis/redis-client.ts';
import { redisClient } from '../../redis/redis-client.ts';
import type { CacheStore } from '../port.ts';

export interface RedisCacheStoreOptions {
  /** A connected client of iovalkey, ioredis or node-redis, or an object with `send`. */
  client: AnyRedisClient;
  /** Put before every key, e.g. `orders-prod:prices:`. */
  prefix: string;
}

/**
 * A store on Valkey or Redis 2.6.12 and newer: one GET, SET with PX, or DEL per operation, each
 * with one key.
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
  const { send } = redisClient(client);
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
  };
}
