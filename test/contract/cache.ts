import type { CacheDefinition, CacheStore } from '@twelvefold/backing';
import { cache } from '@twelvefold/backing';
import type { OwnedCache } from '@twelvefold/backing/cache';
import { createCache } from '@twelvefold/backing/cache';
import type { Clock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { until } from '../support/until.ts';
import { manualClock } from './support/manual-clock.ts';

const schema = z.object({ cents: z.number(), text: z.string().optional() });
type Price = z.output<typeof schema>;

/** One driver of the store of caches, on a real server. */
export interface CacheDriver extends AsyncDisposable {
  /** A store as another process would open it, whose keys have the prefix. */
  open(prefix: string): Promise<CacheStore>;
}

/** The contract of every driver of caches. */
export function cacheContract(openDriver: () => Promise<CacheDriver>): void {
  let driver: CacheDriver;
  beforeAll(async () => {
    driver = await openDriver();
  });
  afterAll(() => driver[Symbol.asyncDispose]());

  const definition = cache('prices', { schema, ttl: '10m', stale: '1h', negative: '30s', jitter: 0 });
  const fresh = () => `contract-${crypto.randomUUID()}:`;
  /** A store whose answers for a missing text are all the same: null and undefined are allowed. */
  const open = async (prefix: string): Promise<CacheStore> => {
    const store = await driver.open(prefix);
    return { ...store, get: async (key) => (await store.get(key)) ?? undefined };
  };
  const client = async (
    prefix: string,
    { clock, of = definition }: { clock?: Clock; of?: CacheDefinition<typeof schema, Price | undefined> } = {},
  ): Promise<OwnedCache<Price, Price | undefined>> =>
    createCache({ definition: of, store: await driver.open(prefix), ...(clock ? { clock } : {}) });

  describe('the store', () => {
    it('keeps texts by key, whatever is in them, and replaces and removes them', async () => {
      const store = await open(fresh());
      const texts = { plain: 'a', 'ключ {x} \r\n': 'ü\0\r\n$5\r\n"', empty: '', big: 'x'.repeat(1_048_576) };
      for (const [key, text] of Object.entries(texts)) await store.set(key, text, 60_000);
      for (const [key, text] of Object.entries(texts)) expect(await store.get(key)).toBe(text);
      await store.set('plain', 'b', 60_000);
      expect(await store.get('plain')).toBe('b');
      await store.delete('plain');
      await store.delete('plain');
      expect(await store.get('plain')).toBeUndefined();
      expect(await store.get('unknown')).toBeUndefined();
    });

    it('ends texts by itself', async () => {
      const store = await open(fresh());
      await store.set('a', 'x', 1);
      await until(
        'the end of a text',
        () => store.get('a'),
        (text) => text === undefined,
      );
    });

    it('applies reads and writes of one key in the order of their calls', async () => {
      const store = await open(fresh());
      const set = (text: string) => store.set('a', text, 60_000);
      const get = () => store.get('a');
      const answers = await Promise.all([set('1'), get(), set('2'), get(), set('3'), get()]);
      expect(answers).toEqual([undefined, '1', undefined, '2', undefined, '3']);
    });

    it('keeps prefixes apart', async () => {
      const [one, other] = [await open(fresh()), await open(fresh())];
      await one.set('a', '1', 60_000);
      expect(await other.get('a')).toBeUndefined();
      await other.delete('a');
      expect(await one.get('a')).toBe('1');
    });
  });

  describe('the client', () => {
    it('shares values between processes, typed and checked', async () => {
      const prefix = fresh();
      const [one, other] = [await client(prefix), await client(prefix)];
      expect(await one.set('sku', { cents: 5, text: 'ü' })).toBe(true);
      expect(await other.get('sku')).toEqual({ cents: 5, text: 'ü' });
      expect(await other.delete('sku')).toBe(true);
      expect(await one.get('sku')).toBeUndefined();
      const store = await open(prefix);
      await store.set('sku', 'v99999999999999:{"cents":"five"}', 60_000);
      expect(await one.get('sku')).toBeUndefined();
    });

    it('loads once for 200 scopes that ask at once, and another process finds the value', async () => {
      const prefix = fresh();
      const prices = await client(prefix);
      let loads = 0;
      const load = async () => {
        loads += 1;
        await new Promise(setImmediate);
        return { cents: loads };
      };
      const ask = () => runInScope({ kind: 'http', component: 'api' }, () => prices.getOrLoad('hot', load));
      const values = await Promise.all(Array.from({ length: 200 }, ask));
      expect(new Set(values.map((value) => value?.cents))).toEqual(new Set([1]));
      await prices.flush();
      expect(await (await client(prefix)).getOrLoad('hot', load)).toEqual({ cents: 1 });
      expect(loads).toBe(1);
    });

    it('serves a stale value once more, and remembers that there is none', async () => {
      const clock = manualClock();
      const prices = await client(fresh(), { clock });
      let cents = 0;
      const load = () => {
        cents += 1;
        return { cents };
      };
      expect(await prices.getOrLoad('a', load)).toEqual({ cents: 1 });
      await prices.flush();
      clock.advance(10 * 60_000);
      expect(await prices.getOrLoad('a', load)).toEqual({ cents: 1 });
      await prices.flush();
      expect(await prices.getOrLoad('a', load)).toEqual({ cents: 2 });

      const answers: Array<Price | undefined> = [undefined, { cents: 9 }];
      const find = () => answers.shift();
      expect(await prices.getOrLoad('b', find)).toBeUndefined();
      await prices.flush();
      expect(await prices.getOrLoad('b', find)).toBeUndefined();
      clock.advance(30_000);
      expect(await prices.getOrLoad('b', find)).toEqual({ cents: 9 });
    });
  });
}
