import type { Clock } from '@twelvefold/core';
import { backoffMs, messageOf } from '@twelvefold/core/internal';
import type { ResourceMetrics } from '../kind.ts';
import type { CacheStore } from './port.ts';
import { createTimeLimit } from './time-limit.ts';

export interface GuardedStoreOptions {
  store: CacheStore;
  /** For warnings, e.g. `cache 'prices'`. */
  subject: string;
  /** For one operation. */
  timeoutMs: number;
  clock: Clock;
  random: () => number;
  metrics: ResourceMetrics;
  warn: (message: string) => void;
}

/** The answer to a read while the server is down or slow. */
export const UNAVAILABLE = Symbol('unavailable');

/** A store that never rejects and never takes long. */
export interface GuardedStore {
  /** Whether operations are spared the wait for a server that does not answer. */
  readonly down: boolean;
  /** Callers that ask for one key at the same time share the answer. */
  get(key: string): Promise<string | undefined | typeof UNAVAILABLE>;
  /** Whether the server has confirmed it; what it has not is counted as dropped. */
  set(key: string, text: string, ttlMs: number): Promise<boolean>;
  delete(key: string): Promise<boolean>;
}

/** One failure may be chance; three in a row without a success between them are an outage. */
const FAILURES = 3;
const FIRST_PROBE_MS = 1_000;
const LONGEST_PROBE_MS = 10_000;

/**
 * Limits each operation in time. After three failures in a row the server counts as down: one
 * operation after 0.5 to 1 s, then one every 5 to 10 s at most, is tried until one succeeds, and
 * all others are spared the wait.
 */
export function createGuardedStore(options: GuardedStoreOptions): GuardedStore {
  const { store, subject, timeoutMs, clock, random, metrics, warn } = options;
  const reads = new Map<string, Promise<string | undefined | typeof UNAVAILABLE>>();
  let failures = 0;
  let probes = 0;
  let probeAtMs = 0;
  let downSinceMs: number | undefined;
  let dropped = 0;

  const planProbe = () => {
    probes += 1;
    probeAtMs = clock.now() + backoffMs(probes, FIRST_PROBE_MS, LONGEST_PROBE_MS, random);
  };
  const allows = (): boolean => {
    if (downSinceMs === undefined) return true;
    if (clock.now() < probeAtMs) return false;
    planProbe(); // this operation is the probe; the next one is due if it fails
    return true;
  };
  const succeeded = () => {
    failures = 0;
    if (downSinceMs === undefined) return;
    warn(
      `The server of ${subject} answers again after ${clock.now() - downSinceMs} ms; ${dropped} writes were dropped`,
    );
    downSinceMs = undefined;
    probes = 0;
    dropped = 0;
  };
  const failed = (error: unknown) => {
    metrics.count('cacheErrors');
    failures += 1;
    if (failures < FAILURES || downSinceMs !== undefined) return;
    downSinceMs = clock.now();
    planProbe();
    warn(
      `The server of ${subject} does not answer: reads are misses and writes are dropped until it does (${messageOf(error)})`,
    );
    store.reconnect?.();
  };

  const limit = createTimeLimit(timeoutMs, clock);
  /**
   * Waits for an operation, with one promise and no timer for each: a read costs a few
   * microseconds.
   */
  const settle = <T, R>(work: () => Promise<T>, done: (value: T) => R, otherwise: () => R): Promise<R> =>
    new Promise((resolve) => {
      const giveUp = (error: unknown) => {
        failed(error);
        resolve(otherwise());
      };
      const wait = limit.begin(() => giveUp(new Error(`no answer within ${timeoutMs} ms`)));
      started(work).then(
        (value) => {
          if (!limit.end(wait)) return;
          succeeded();
          resolve(done(value));
        },
        (error: unknown) => {
          if (limit.end(wait)) giveUp(error);
        },
      );
    });

  const write = async (work: () => Promise<void>): Promise<boolean> => {
    if (
      allows() &&
      (await settle<void, boolean>(
        work,
        () => true,
        () => false,
      ))
    )
      return true;
    dropped += 1;
    metrics.count('cacheDropped');
    return false;
  };
  return {
    get down() {
      return downSinceMs !== undefined;
    },
    get: (key) => {
      const known = reads.get(key);
      if (known !== undefined) return known;
      if (!allows()) return Promise.resolve(UNAVAILABLE);
      const reading = settle<string | null | undefined, string | undefined | typeof UNAVAILABLE>(
        () => store.get(key),
        (text) => {
          reads.delete(key);
          return text ?? undefined;
        },
        () => {
          reads.delete(key);
          return UNAVAILABLE;
        },
      );
      reads.set(key, reading);
      return reading;
    },
    set: (key, text, ttlMs) => write(() => store.set(key, text, ttlMs)),
    delete: (key) => write(() => store.delete(key)),
  };
}

/** A store that throws at once fails like one that rejects. */
function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
