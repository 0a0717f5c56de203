/** Caches, in memory and on Redis or Valkey. @module */
export { createCache, type OwnedCache } from './create-cache.ts';
export { createMemoryCacheStore } from './drivers/memory.ts';
export { createRedisCacheStore } from './drivers/redis.ts';
