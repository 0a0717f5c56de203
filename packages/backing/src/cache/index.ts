export { type CreateCacheOptions, createCache, type OwnedCache } from './create-cache.ts';
export { createMemoryCacheStore } from './drivers/memory.ts';
export { createRedisCacheStore, type RedisCacheStoreOptions } from './drivers/redis.ts';
