import type { Deadline, Duration } from '@twelvefold/core';

/** The limits of a load. */
export interface LoadContext {
  /** Aborts when the last caller that waits for the value has gone. */
  readonly signal: AbortSignal;
  /** The latest deadline of the callers that wait. */
  readonly deadline: Deadline;
}

export interface SetOptions {
  /** How long the value is fresh. @defaultValue the definition's `ttl` */
  ttl?: Duration;
}

export interface GetOrLoadOptions {
  /**
   * Ends this caller's wait; the load goes on for the others. The signal of the running scope ends
   * it too.
   */
  signal?: AbortSignal;
}

/**
 * Reads and changes cached values. `L` is what a loader may return: `undefined` only where the
 * definition has `negative`.
 *
 * A cache is never a reason to fail. While its server is down or slow, reads are misses, writes
 * are dropped and counted (`cacheDropped`), and `getOrLoad` runs a limited number of loads at
 * once. A stored value that does not fit the schema, of an older release for example, is a miss.
 *
 * Values are kept as JSON, and every caller gets a copy. Keys are texts of 1 to 512 characters;
 * anything else is a TypeError.
 */
export interface CacheClient<T, L = T> {
  /** The value while it is fresh; `undefined` otherwise. */
  get(key: string): Promise<T | undefined>;
  /**
   * Stores a value. A load of this key that is running no longer stores its result.
   *
   * @returns whether the server has confirmed it
   * @throws TwelvefoldError `CACHE_VALUE_INVALID` when the value does not fit the schema, before
   * and after JSON
   */
  set(key: string, value: T, options?: SetOptions): Promise<boolean>;
  /**
   * Removes a value. A load of this key that is running no longer stores its result. Memory tiers
   * of other processes keep theirs until it ends.
   *
   * @returns whether the server has confirmed it; after `false` the old value may live until its
   * end
   */
  delete(key: string): Promise<boolean>;
  /**
   * The fresh value, or else what `load` returns, which is stored. Callers of one key in one
   * process share one load. A value past its `ttl` but within `stale` is returned at once, and
   * loaded again for later callers.
   *
   * @throws what `load` throws, to all callers that wait for it; nothing is stored then
   * @throws TwelvefoldError `CACHE_VALUE_INVALID` when the loaded value does not fit;
   * `CACHE_OVERLOADED` when the server is down and 1,000 loads wait for their turn
   * @example
   * ```ts
   * const price = await prices.getOrLoad('sku-1', ({ signal }) => fetchPrice('sku-1', signal));
   * ```
   */
  getOrLoad(key: string, load: (context: LoadContext) => L | Promise<L>, options?: GetOrLoadOptions): Promise<L>;
  /** The number of values on the server. It looks at every key of the server: for admin tasks. */
  count(options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /**
   * Removes every value of this cache, and none of others on the server. Looks at every key of the
   * server: for admin
   * tasks. Memory tiers of other processes keep theirs until they end.
   *
   * @returns the number of values that were removed
   * @throws the error of a server that does not answer
   */
  clear(options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
}

/**
 * Where entries are kept: the part of a cache that a driver makes. Texts in, texts out; a
 * rejection counts as an outage. Reads and writes of one key take effect in the order of their
 * calls; a delete when its call has ended.
 */
export interface CacheStore {
  /** The text, or null or `undefined` when there is none. */
  get(key: string): Promise<string | null | undefined>;
  /** Stores the text for `ttlMs` milliseconds, a whole number from 1. */
  set(key: string, text: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /**
   * All keys, a batch at a time; a key may come twice.
   * @defaultValue `clear` and `count` are refused
   */
  keys?(options: { readonly signal?: AbortSignal | undefined }): AsyncIterable<readonly string[]>;
  /**
   * Called once when the server counts as down: drops connections that may be dead and connects
   * again.
   */
  reconnect?(): void;
  /** Closes connections. */
  stop?(signal?: AbortSignal): Promise<void>;
}
