import { createTestClock } from '@twelvefold/core/testing';
import * as z from 'zod';
import { cache } from './cache.ts';
import { createCache } from './create-cache.ts';
import { createMemoryCacheStore } from './drivers/memory.ts';
import type { CacheStore, LoadContext } from './port.ts';

export const schema = z.object({ cents: z.number(), note: z.string().optional() });

/** A cache on a store in memory that a test can break, with a clock that only the test moves. */
export function setup(options: Partial<Parameters<typeof cache<typeof schema, '30s'>>[1]> = {}) {
  const clock = createTestClock();
  const definition = cache('prices', { schema, ttl: '5m', jitter: 0, negative: '30s', ...options });
  const inner = createMemoryCacheStore({ clock });
  const calls: string[] = [];
  const counted: Record<string, number> = {};
  const times: number[] = [];
  const warnings: string[] = [];
  const server = { fails: false, hangs: false, reconnects: 0 };
  const answer = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
    calls.push(call);
    if (server.fails) throw new Error('connect ECONNREFUSED');
    if (server.hangs) await new Promise(() => {});
    return work();
  };
  const store: CacheStore = {
    get: (key) => answer(`get ${key}`, () => inner.get(key)),
    set: (key, text, ttlMs) => answer(`set ${key} ${ttlMs}`, () => inner.set(key, text, ttlMs)),
    delete: (key) => answer(`delete ${key}`, () => inner.delete(key)),
    reconnect: () => {
      server.reconnects += 1;
    },
  };
  const prices = createCache({
    definition,
    store,
    clock,
    random: () => 0.5,
    metrics: {
      count: (name, by = 1) => {
        counted[name] = (counted[name] ?? 0) + by;
      },
      time: (_name, ms) => void times.push(ms),
    },
    warn: (message) => warnings.push(message),
  });
  return { prices, clock, inner, calls, counted, times, warnings, server };
}

/** A loader that ends when the test says so. */
export function manualLoader() {
  const starts: Array<{
    context: LoadContext;
    end(value: { cents: number } | undefined): void;
    fail(error: Error): void;
  }> = [];
  const load = (context: LoadContext) =>
    new Promise<{ cents: number } | undefined>((resolve, reject) => {
      starts.push({ context, end: resolve, fail: reject });
    });
  return { load, starts };
}
