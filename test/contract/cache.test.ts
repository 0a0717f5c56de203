import type { CacheStore } from '@twelvefold/backing';
import { createMemoryCacheStore, createRedisCacheStore } from '@twelvefold/backing/cache';
import { connectIovalkey } from '@twelvefold/backing/iovalkey';
import { connectNodeRedis } from '@twelvefold/backing/node-redis';
import { systemClock } from '@twelvefold/core';
import { startRedis } from '@twelvefold/local';
import { describe } from 'vitest';
import { withServer } from '../support/with-server.ts';
import type { CacheDriver } from './cache.ts';
import { cacheContract } from './cache.ts';
import { startRedisCluster } from './support/start-redis-cluster.ts';

describe('caches in memory', () => {
  const store = createMemoryCacheStore();
  cacheContract(async () => ({
    open: async (prefix) => ({
      get: (key) => store.get(prefix + key),
      set: (key, text, ttlMs) => store.set(prefix + key, text, ttlMs),
      delete: (key) => store.delete(prefix + key),
    }),
    [Symbol.asyncDispose]: async () => {},
  }));
});

withServer('cache', 'redis', () => {
  const clients = { iovalkey: connectIovalkey, 'node-redis': connectNodeRedis };
  describe.each(Object.entries(clients))('caches on Redis by %s', (_, connect) => {
    describe.each([
      ['one server', false],
      ['a cluster', true],
    ])('with %s', (_name, cluster) => {
      cacheContract(async (): Promise<CacheDriver> => {
        const server = await (cluster ? startRedisCluster() : startRedis());
        const opened: Array<{ stop(): Promise<void> }> = [];
        return {
          open: async (prefix): Promise<CacheStore> => {
            const url = `${server.url}${cluster ? '?cluster=true' : ''}`;
            const client = await connect({ url, clock: systemClock, random: Math.random });
            opened.push(client);
            await client.check();
            return createRedisCacheStore({ client, prefix });
          },
          [Symbol.asyncDispose]: async () => {
            await Promise.all(opened.map((one) => one.stop()));
            await server.stop();
          },
        };
      });
    });
  });
});
