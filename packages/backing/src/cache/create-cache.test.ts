import { deadlineIn } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import { currentScope, runInScope } from '@twelvefold/lifecycle';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { cache } from './cache.ts';
import { manualLoader, schema, setup } from './create-cache.fixture.ts';
import { createCache } from './create-cache.ts';
import { createMemoryCacheStore } from './drivers/memory.ts';

const MINUTE = 60_000;

describe('values', () => {
  it('are stored as JSON with their end, and read as copies', async () => {
    const { prices, calls, inner, clock } = setup();
    const value = { cents: 5, note: undefined };
    expect(await prices.set('a', value)).toBe(true);
    expect(await inner.get('a')).toBe(`v${clock.now() + 5 * MINUTE}:{"cents":5}`);
    const [one, other] = await Promise.all([prices.get('a'), prices.get('a')]);
    expect(one).toEqual({ cents: 5 });
    expect(one).not.toBe(other);
    expect(calls).toEqual(['set a 300000', 'get a']);
    expect(await prices.delete('a')).toBe(true);
    expect(await prices.get('a')).toBeUndefined();
  });

  it('end at their time, a shorter one by option, shortened by jitter', async () => {
    const { prices, clock, calls } = setup({ jitter: 0.2 });
    await prices.set('a', { cents: 1 });
    await prices.set('b', { cents: 2 }, { ttl: '10s' });
    expect(calls).toEqual([`set a ${270_000}`, 'set b 9000']);
    clock.advanceWall(8_999);
    expect(await prices.get('b')).toEqual({ cents: 2 });
    clock.advanceWall(1);
    expect(await prices.get('b')).toBeUndefined();
    expect(await prices.get('a')).toEqual({ cents: 1 });
  });

  it('that do not fit are refused by name, not by value, and not sent', async () => {
    const { prices, calls } = setup();
    const error = await prices.set('a', { cents: 'secret' } as never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CACHE_VALUE_INVALID' });
    expect(String(error)).toContain("'cents' does not fit the schema");
    expect(String(error)).not.toContain('secret');
    await expect(prices.set('a', undefined as never)).rejects.toThrow('use delete');
    await expect(prices.getOrLoad('a', () => ({ cents: Number.NaN }))).rejects.toThrow("'cents'");
    expect(calls).toEqual(['get a']);

    const dates = createCache({
      definition: cache('dates', { schema: z.object({ at: z.date() }) }),
      store: createMemoryCacheStore(),
    });
    await expect(dates.set('a', { at: new Date(0) })).rejects.toThrow(
      "'at' does not fit the schema once it has been JSON",
    );
  });

  it.each(['', 'x', 'v', 'v12', 'v12:{', 'vx:{}', 'v99999999999999:{"cents":"1"}', 'z99999999999999:{"cents":1}', ':'])(
    'of another release or writer are misses, counted, and replaced: %j',
    async (text) => {
      const { prices, inner, counted } = setup();
      await inner.set('a', text, MINUTE);
      expect(await prices.get('a')).toBeUndefined();
      expect(await prices.getOrLoad('a', () => ({ cents: 7 }))).toEqual({ cents: 7 });
      await prices.flush();
      expect(await prices.get('a')).toEqual({ cents: 7 });
      expect(counted).toMatchObject({ cacheUnreadable: 2, cacheMisses: 2, cacheHits: 1 });
    },
  );

  it('have keys of 1 to 512 characters', async () => {
    const { prices } = setup();
    for (const key of ['', 'x'.repeat(513), undefined, 5, {}]) {
      await expect(prices.get(key as string)).rejects.toThrow('a key is a text of 1 to 512 characters');
      await expect(prices.set(key as string, { cents: 1 })).rejects.toThrow(TypeError);
      await expect(prices.delete(key as string)).rejects.toThrow(TypeError);
      await expect(prices.getOrLoad(key as string, () => ({ cents: 1 }))).rejects.toThrow(TypeError);
    }
    await expect(prices.getOrLoad('a', undefined as never)).rejects.toThrow('the loader is not a function');
  });
});

describe('one load for all callers of a key', () => {
  it('however many scopes ask at once, with one read of the server', async () => {
    const { prices, calls, counted } = setup();
    let loads = 0;
    const load = async () => {
      loads += 1;
      return { cents: loads };
    };
    const request = () => runInScope({ kind: 'http', component: 'api' }, () => prices.getOrLoad('a', load));
    const values = await Promise.all(Array.from({ length: 500 }, request));
    await prices.flush();
    expect(loads).toBe(1);
    expect(new Set(values.map((value) => JSON.stringify(value)))).toEqual(new Set(['{"cents":1}']));
    expect(new Set(values).size).toBe(500); // copies
    expect(calls).toEqual(['get a', 'set a 300000']);
    expect(counted).toEqual({ cacheMisses: 500 });
    expect(await prices.getOrLoad('a', load)).toEqual({ cents: 1 });
  });

  it('goes on when the caller that began it gives up, with the latest deadline of those who wait', async () => {
    const { prices, clock } = setup();
    const { load, starts } = manualLoader();
    const first = new AbortController();
    const ask = (signal: AbortSignal, ms: number) =>
      runInScope({ kind: 'http', component: 'api', signal, deadline: deadlineIn(ms, clock) }, () =>
        prices.getOrLoad('a', load),
      );
    const one = ask(first.signal, 9_000);
    await clock.settle();
    const two = ask(new AbortController().signal, 2_000);
    const three = ask(new AbortController().signal, 5_000);
    await clock.settle();
    expect(starts).toHaveLength(1);
    expect(starts[0]?.context.deadline.remainingMs()).toBe(9_000);
    const gone = new Error('client gone');
    first.abort(gone);
    await expect(one).rejects.toBe(gone);
    expect(starts[0]?.context.signal.aborted).toBe(false);
    expect(starts[0]?.context.deadline.remainingMs()).toBe(5_000);
    await clock.advance(1_000);
    expect(starts[0]?.context.deadline.remainingMs()).toBe(4_000);
    starts[0]?.end({ cents: 3 });
    expect(await Promise.all([two, three])).toEqual([{ cents: 3 }, { cents: 3 }]);
  });

  it('is aborted when the last caller has gone; the next one begins anew and the old result is not stored', async () => {
    const { prices, clock, inner } = setup();
    const { load, starts } = manualLoader();
    const callers = [new AbortController(), new AbortController()];
    const waits = callers.map(({ signal }) => prices.getOrLoad('a', load, { signal }).catch((error: unknown) => error));
    await clock.settle();
    callers[0]?.abort(new Error('one'));
    expect(starts[0]?.context.signal.aborted).toBe(false);
    callers[1]?.abort(new Error('two'));
    expect(starts[0]?.context.signal.reason).toEqual(new Error('two'));
    expect(await Promise.all(waits)).toEqual([new Error('one'), new Error('two')]);
    const next = prices.getOrLoad('a', load);
    await clock.settle();
    expect(starts).toHaveLength(2);
    starts[0]?.end({ cents: 1 }); // it did not heed its signal
    await clock.settle();
    expect(await inner.get('a')).toBeUndefined();
    starts[1]?.end({ cents: 2 });
    expect(await next).toEqual({ cents: 2 });
    await prices.flush();
    expect(await prices.get('a')).toEqual({ cents: 2 });
    const aborted = AbortSignal.abort(new Error('before'));
    await expect(prices.getOrLoad('b', load, { signal: aborted })).rejects.toThrow('before');
    expect(starts).toHaveLength(2);
  });

  it('runs in a separate scope that carries on the correlation id', async () => {
    const { prices } = setup();
    const seen: unknown[] = [];
    await runInScope({ kind: 'http', component: 'api', correlationId: 'c-1' }, async (outer) => {
      await prices.getOrLoad('a', ({ signal }) => {
        const inner = currentScope();
        seen.push(inner === outer, inner?.component, inner?.correlationId, inner?.signal === signal);
        return { cents: 1 };
      });
    });
    expect(seen).toEqual([false, 'api', 'c-1', true]);
  });

  it('fails for all who wait, and the next one loads again', async () => {
    const { prices, counted, times, clock } = setup();
    const { load, starts } = manualLoader();
    const waits = [prices.getOrLoad('a', load), prices.getOrLoad('a', load)].map((wait) => wait.catch(String));
    await clock.advance(40);
    starts[0]?.fail(new Error('no database'));
    expect(await Promise.all(waits)).toEqual(['Error: no database', 'Error: no database']);
    expect(await prices.getOrLoad('a', () => ({ cents: 1 }))).toEqual({ cents: 1 });
    expect(counted).toMatchObject({ cacheLoadErrors: 1, cacheMisses: 3 });
    expect(times).toEqual([40, 0]);
  });

  it.each(['set', 'delete'] as const)('does not store over a %s that came in between', async (change) => {
    const { prices, clock, inner } = setup();
    const { load, starts } = manualLoader();
    const wait = prices.getOrLoad('a', load);
    await clock.settle();
    if (change === 'set') await prices.set('a', { cents: 2 });
    else await prices.delete('a');
    starts[0]?.end({ cents: 1 });
    expect(await wait).toEqual({ cents: 1 });
    await prices.flush();
    expect(await prices.get('a')).toEqual(change === 'set' ? { cents: 2 } : undefined);
    expect((await inner.get('a')) === undefined).toBe(change === 'delete');
  });
});

describe('stale values', () => {
  it('are returned at once while one load replaces them, which no caller waits for', async () => {
    const { prices, clock, counted, calls } = setup({ stale: '1h' });
    await prices.set('a', { cents: 1 });
    expect(calls).toEqual([`set a ${65 * MINUTE}`]);
    clock.advanceWall(5 * MINUTE);
    const { load, starts } = manualLoader();
    const ask = () => runInScope({ kind: 'http', component: 'api' }, () => prices.getOrLoad('a', load));
    expect(await Promise.all([ask(), ask()])).toEqual([{ cents: 1 }, { cents: 1 }]);
    expect(await ask()).toEqual({ cents: 1 });
    expect(await prices.get('a')).toBeUndefined(); // get takes fresh ones only
    expect(starts).toHaveLength(1);
    let flushed = false;
    const flush = prices.flush().then(() => {
      flushed = true;
    });
    await clock.settle();
    expect(flushed).toBe(false);
    starts[0]?.end({ cents: 2 });
    await flush;
    expect(await prices.getOrLoad('a', load)).toEqual({ cents: 2 });
    expect(counted).toEqual({ cacheStale: 3, cacheMisses: 1, cacheHits: 1 });
  });

  it('outlive a refresh that fails, with a warning every ten seconds at most', async () => {
    const { prices, clock, warnings, counted } = setup({ stale: '1h' });
    await prices.set('a', { cents: 1 });
    clock.advanceWall(5 * MINUTE);
    const fail = () => Promise.reject(new Error('no database'));
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await prices.getOrLoad('a', fail)).toEqual({ cents: 1 });
      await prices.flush();
    }
    expect(warnings).toEqual(["Cannot refresh a value of cache 'prices', its stale one is served: no database"]);
    expect(counted).toMatchObject({ cacheStale: 3, cacheLoadErrors: 3 });
  });

  it.each([
    ['after 30 s', undefined, 30_000],
    ["at the deadline of the scope that began it, e.g. Lambda's", 2_000, 2_000],
  ])('give a refresh up %s', async (_, deadlineMs, endMs) => {
    const { prices, clock } = setup({ stale: '1h' });
    await prices.set('a', { cents: 1 });
    clock.advanceWall(5 * MINUTE);
    const { load, starts } = manualLoader();
    const init = { kind: 'http', component: 'api' } as const;
    const deadline = deadlineMs === undefined ? {} : { deadline: deadlineIn(deadlineMs, clock) };
    await runInScope({ ...init, ...deadline }, () => prices.getOrLoad('a', load));
    await clock.advance(endMs - 1);
    expect(starts[0]?.context.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(starts[0]?.context.signal.reason).toMatchObject({ name: 'TimeoutError' });
    await prices.flush(); // it waits for no loader that ignores its signal
  });
});

describe('negative entries', () => {
  it('remember that there is no value, for their own time', async () => {
    const { prices, clock, counted, calls } = setup({ stale: '1h' });
    let loads = 0;
    const none = () => {
      loads += 1;
      return undefined;
    };
    expect(await prices.getOrLoad('a', none)).toBeUndefined();
    await prices.flush();
    expect(await prices.getOrLoad('a', none)).toBeUndefined();
    expect(await prices.get('a')).toBeUndefined();
    expect([loads, calls[1]]).toEqual([1, 'set a 30000']);
    clock.advanceWall(30_000);
    expect(await prices.getOrLoad('a', none)).toBeUndefined();
    expect(loads).toBe(2);
    expect(counted).toEqual({ cacheMisses: 2, cacheNegative: 2 });
  });

  it('need the option: without it undefined is an error, and an entry of another release a miss', async () => {
    const clock = createTestClock();
    const store = createMemoryCacheStore({ clock });
    const prices = createCache({ definition: cache('prices', { schema }), store, clock });
    // @ts-expect-error: the definition has no `negative`
    await expect(prices.getOrLoad('a', () => undefined)).rejects.toThrow("give the definition 'negative'");
    await store.set('a', `n${clock.now() + MINUTE}:`, MINUTE);
    expect(await prices.getOrLoad('a', () => ({ cents: 1 }))).toEqual({ cents: 1 });
  });
});

describe('the memory tier', () => {
  it('answers without the server for its time, is bounded, and follows this process', async () => {
    const { prices, clock, calls } = setup({ memory: { entries: 2, ttl: '5s' } });
    await prices.set('a', { cents: 1 });
    await prices.get('a');
    expect(calls).toEqual(['set a 300000']);
    clock.advanceWall(5_000);
    await prices.get('a');
    await prices.get('a');
    expect(calls).toEqual(['set a 300000', 'get a']);
    await prices.set('b', { cents: 2 });
    await prices.get('a'); // now b is the least recently used
    await prices.set('c', { cents: 3 });
    calls.length = 0;
    await Promise.all(['a', 'b', 'c'].map((key) => prices.get(key)));
    expect(calls).toEqual(['get b']);
    await prices.delete('c');
    expect(await prices.get('c')).toBeUndefined();
  });

  it('gives copies, and ends with the value itself', async () => {
    const { prices, clock } = setup({ memory: { ttl: '1h' } });
    const load = () => ({ cents: 1 });
    const one = await prices.getOrLoad('a', load);
    if (one) one.cents = 99;
    expect(await prices.getOrLoad('a', load)).toEqual({ cents: 1 });
    clock.advanceWall(5 * MINUTE);
    expect(await prices.get('a')).toBeUndefined();
  });
});
