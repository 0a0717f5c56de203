import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock } from '@twelvefold/core';
import { durationMs, systemClock, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions, limitTime, messageOf, NO_DEADLINE } from '@twelvefold/core/internal';
import { currentScope, runInScope } from '@twelvefold/lifecycle';
import type { ResourceMetrics } from '../kind.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { CacheDefinition } from './cache.ts';
import type { Entry } from './entry.ts';
import { entryFormat } from './entry.ts';
import type { Caller, Flight } from './flight.ts';
import { startFlight } from './flight.ts';
import { createGuardedStore, UNAVAILABLE } from './guarded-store.ts';
import { createLoadGate } from './load-gate.ts';
import type { CacheClient, CacheStore, LoadContext } from './port.ts';

/** @inline */
interface CreateCacheOptions<S extends StandardSchemaV1, L> {
  definition: CacheDefinition<S, L>;
  store: CacheStore;
  /** @defaultValue the system's */
  clock?: Clock;
  /** 0 to below 1, for jitter. @defaultValue `Math.random` */
  random?: () => number;
  /** @defaultValue nothing is counted */
  metrics?: ResourceMetrics;
  /**
   * Logs that the server went down or came back, and refreshes that failed. @defaultValue nothing
   * is logged
   */
  warn?: (message: string) => void;
}

/** A cache, with what its owner does before a freeze and at the end. */
export interface OwnedCache<T, L> extends CacheClient<T, L> {
  /** Resolves when background loads and writes have ended; a load takes 30 s at most. */
  flush(): Promise<void>;
}

type Loader = (context: LoadContext) => unknown;

/** A load on its way. */
interface Loading {
  readonly flight: Flight<string>;
  /** Served to callers meanwhile: the load is a refresh. */
  readonly stale: string | undefined;
}

/**
 * A refresh that no caller waits for ends after this long, or at the deadline of the scope that
 * began it.
 */
const REFRESH_MS = 30_000;
/** Refreshes fail together when their source is down. */
const WARN_EVERY_MS = 10_000;
const LONGEST_KEY = 512;
const NO_METRICS: ResourceMetrics = { count: () => {}, time: () => {} };
const OPTIONS = ['definition', 'store', 'clock', 'random', 'metrics', 'warn'];

/**
 * The client of a cache on a store.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const definition = cache('prices', { schema: z.object({ cents: z.number() }), ttl: '5m' });
 * const prices = createCache({ definition, store: createMemoryCacheStore() });
 * const price = await prices.getOrLoad('sku-1', async () => ({ cents: 1_999 }));
 * ```
 */
export function createCache<S extends StandardSchemaV1, L>(
  options: CreateCacheOptions<S, L>,
): OwnedCache<StandardSchemaV1.InferOutput<S>, L> {
  type T = StandardSchemaV1.InferOutput<S>;
  const { definition, store, clock = systemClock, random = Math.random } = options;
  const { metrics = NO_METRICS, warn = () => {} } = options;
  assertKnownOptions(`create the client of cache '${definition.name}'`, options, OPTIONS);
  const { schema, ttlMs, staleMs, negativeMs, jitter, timeoutMs, loadsWhenDown, memory } = definition;
  const subject = `cache '${definition.name}'`;
  const format = entryFormat<T>(schema as StandardSchemaV1<unknown, T>, `a value of ${subject}`);
  const guarded = createGuardedStore({ store, subject, timeoutMs, clock, random, metrics, warn });
  const gate = createLoadGate(loadsWhenDown, subject);
  const tier = memory && createBoundedMap({ ...memory, clock });
  const loads = new Map<string, Loading>();
  const background = new Set<Promise<unknown>>();
  let warnedAtMs = Number.NEGATIVE_INFINITY;

  const inBackground = (work: Promise<unknown>) => {
    background.add(work);
    const over = () => void background.delete(work);
    work.then(over, over);
  };
  const keep = (key: string, text: string, lifeMs: number) => {
    if (memory) tier?.set(key, text, Math.min(memory.ttlMs, lifeMs));
  };
  const put = (key: string, text: string, lifeMs: number): Promise<boolean> => {
    keep(key, text, lifeMs);
    return guarded.set(key, text, Math.max(1, Math.ceil(lifeMs)));
  };
  const shortened = (ms: number) => ms * (1 - jitter * random());

  /** The entry that a text holds, if this cache may serve it. */
  const read = (text: string): (Entry<T> & { readonly fresh: boolean }) | undefined => {
    const entry = format.decode(text);
    if (entry === undefined) {
      metrics.count('cacheUnreadable');
      return undefined;
    }
    const fresh = clock.now() < entry.freshUntilMs;
    // Without the option a negative entry is one of another release, and callers do not expect it.
    if (entry.value === undefined && (negativeMs === undefined || !fresh)) return undefined;
    return { ...entry, fresh };
  };
  const count = (entry: Entry<T>, name: string) => {
    metrics.count(entry.value === undefined ? 'cacheNegative' : name);
    return entry.value;
  };
  /** The fresh entry in this process's memory. */
  const nearby = (key: string) => {
    const text = tier?.get(key);
    const entry = text === undefined ? undefined : read(text);
    return entry?.fresh ? entry : undefined;
  };

  /**
   * Runs in a separate scope: signal, deadline and slots of one caller are not those of the
   * others.
   */
  const inOwnScope = (load: Loader, { signal, deadline }: LoadContext): Promise<unknown> => {
    const outer = currentScope();
    const init = {
      kind: 'invoke',
      component: outer?.component ?? definition.name,
      correlationId: outer?.correlationId,
      trace: outer?.trace,
      sampled: outer?.sampled,
      signal,
      deadline,
      span: () => ({ name: `load ${definition.name}`, kind: 'internal', attributes: {} }) as const,
    } as const;
    return runInScope(init, () => load({ signal, deadline }));
  };
  const begin = (key: string, load: Loader, first: Caller, how: { stale?: string; limited: boolean }) => {
    const isCurrent = () => loads.get(key) === loading;
    const forget = () => {
      if (isCurrent()) loads.delete(key);
    };
    const run = async (context: LoadContext): Promise<string> => {
      const leave = how.limited ? await gate.enter(context.signal) : undefined;
      const startedMs = clock.monotonic();
      try {
        const value = (await inOwnScope(load, context)) as T | undefined; // the client's signature asks for it
        if (value === undefined && negativeMs === undefined) throw noNegative(subject);
        const freshMs = shortened(value === undefined ? (negativeMs ?? 0) : ttlMs);
        const text = format.encode(value, clock.now() + freshMs);
        // After a set, a delete or the last caller's end, what was loaded may be older than what
        // is known.
        if (isCurrent()) inBackground(put(key, text, value === undefined ? freshMs : freshMs + staleMs));
        return text;
      } catch (error) {
        metrics.count('cacheLoadErrors');
        throw error;
      } finally {
        metrics.time('cacheLoadTime', clock.monotonic() - startedMs);
        leave?.();
        forget();
      }
    };
    const loading: Loading = { stale: how.stale, flight: startFlight(first, run, forget) };
    loads.set(key, loading);
    return loading.flight;
  };

  const refresh = (key: string, load: Loader, stale: string) => {
    const deadline = currentScope()?.deadline ?? NO_DEADLINE;
    const limit = limitTime(
      Math.min(REFRESH_MS, deadline.remainingMs()),
      new AbortController().signal,
      NO_DEADLINE,
      clock,
    );
    const caller = { signals: [limit.signal], deadline: limit.deadline };
    const ended = begin(key, load, caller, { stale, limited: guarded.down }).join(caller);
    const quiet = ended.then(limit.over, (error: unknown) => {
      limit.over();
      if (clock.now() - warnedAtMs < WARN_EVERY_MS) return;
      warnedAtMs = clock.now();
      warn(`Cannot refresh a value of ${subject}, its stale one is served: ${messageOf(error)}`);
    });
    inBackground(quiet);
  };

  const getOrLoad = async (key: string, load: Loader, { signal }: { signal?: AbortSignal } = {}) => {
    assertKey(subject, key);
    if (typeof load !== 'function') throw new TypeError(`Cannot load for ${subject}: the loader is not a function`);
    const cached = nearby(key);
    if (cached) return count(cached, 'cacheHits');

    let limited = guarded.down;
    const known = loads.get(key);
    const found = known === undefined ? await guarded.get(key) : known.stale;
    if (found === UNAVAILABLE) limited = true;
    else if (found !== undefined) {
      const entry = read(found);
      if (entry?.fresh) {
        keep(key, found, entry.freshUntilMs - clock.now());
        return count(entry, 'cacheHits');
      }
      if (entry) {
        if (!loads.has(key)) refresh(key, load, found);
        return count(entry, 'cacheStale');
      }
    }
    metrics.count('cacheMisses');
    const scope = currentScope();
    const caller: Caller = {
      signals: [scope?.signal, signal].filter((one) => one !== undefined),
      deadline: scope?.deadline ?? NO_DEADLINE,
    };
    for (const one of caller.signals) one.throwIfAborted();
    const flight = loads.get(key)?.flight ?? begin(key, load, caller, { limited });
    // Decoded for each caller: what one does to its copy, the others do not see.
    return format.decode(await flight.join(caller))?.value;
  };

  /** Removes values, or only counts them. */
  const look = async (signal: AbortSignal | undefined, work: (key: string) => Promise<void> | undefined) => {
    if (!store.keys) throw new TypeError(`Cannot look at all values of ${subject}: its store has no keys()`);
    let found = 0;
    for await (const keys of store.keys({ signal })) {
      await Promise.all(keys.map(work));
      found += keys.length;
    }
    return found;
  };

  return {
    count: ({ signal } = {}) => look(signal, () => undefined),
    async clear({ signal } = {}) {
      loads.clear();
      for (const key of tier?.keys() ?? []) tier?.delete(key);
      return look(signal, (key) => store.delete(key));
    },
    async get(key) {
      assertKey(subject, key);
      const cached = nearby(key);
      if (cached) return count(cached, 'cacheHits');
      const found = await guarded.get(key);
      const entry = typeof found === 'string' ? read(found) : undefined;
      if (!entry?.fresh) {
        metrics.count('cacheMisses');
        return undefined;
      }
      keep(key, found as string, entry.freshUntilMs - clock.now()); // it has an entry
      return count(entry, 'cacheHits');
    },
    async set(key, value, { ttl } = {}) {
      assertKey(subject, key);
      const freshMs = shortened(ttl === undefined ? ttlMs : durationMs(ttl));
      if (value === undefined) throw invalid(`Cannot set a value of ${subject}: it is undefined; use delete`);
      const text = format.encode(value, clock.now() + freshMs);
      loads.delete(key);
      return put(key, text, freshMs + staleMs);
    },
    async delete(key) {
      assertKey(subject, key);
      loads.delete(key);
      tier?.delete(key);
      return guarded.delete(key);
    },
    getOrLoad: getOrLoad as CacheClient<T, L>['getOrLoad'], // L is T, and undefined where the definition has `negative`
    async flush() {
      while (background.size > 0) await Promise.allSettled(background);
    },
  };
}

const invalid = (message: string) => new TwelvefoldError('CACHE_VALUE_INVALID', message);
const noNegative = (subject: string) =>
  invalid(
    `Cannot load for ${subject}: the loader returned undefined; give the definition 'negative', e.g. '30s', for values that may not exist`,
  );

function assertKey(subject: string, key: unknown): void {
  if (typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY) return;
  throw new TypeError(`Cannot use ${subject}: a key is a text of 1 to ${LONGEST_KEY} characters`);
}
