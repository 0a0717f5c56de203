import { TwelvefoldError } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';

import { manualLoader, setup } from './create-cache.fixture.ts';

describe('a server that is down', () => {
  it('makes reads misses and drops writes, which are counted; the app goes on', async () => {
    const { prices, server, counted, warnings } = setup();
    server.fails = true;
    expect(await prices.get('a')).toBeUndefined();
    expect(await prices.set('a', { cents: 1 })).toBe(false);
    expect(await prices.delete('a')).toBe(false);
    expect(await prices.getOrLoad('a', () => ({ cents: 2 }))).toEqual({ cents: 2 });
    await prices.flush();
    expect(counted).toEqual({ cacheErrors: 3, cacheMisses: 2, cacheDropped: 3 });
    expect(warnings).toEqual([
      "The server of cache 'prices' does not answer: reads are misses and writes are dropped until it does (connect ECONNREFUSED)",
    ]);
    expect(server.reconnects).toBe(1);
  });

  it('is spared after three failures, tried again from time to time, and back after one success', async () => {
    const { prices, server, calls, clock, warnings } = setup();
    server.fails = true;
    for (let turn = 0; turn < 10; turn += 1) await prices.get(`k${turn}`);
    expect(calls).toHaveLength(3);
    const probes: number[] = [];
    for (let ms = 0; ms < 60_000; ms += 50) {
      const before = calls.length;
      await prices.get('a');
      if (calls.length > before) probes.push(ms);
      clock.advanceWall(50);
    }
    expect(probes).toEqual([750, 2_250, 5_250, 11_250, 18_750, 26_250, 33_750, 41_250, 48_750, 56_250]);
    server.fails = false;
    clock.advanceWall(10_000);
    expect(await prices.set('a', { cents: 1 })).toBe(true);
    expect(await prices.get('a')).toEqual({ cents: 1 });
    expect(warnings.at(-1)).toMatch(/answers again after 7\d{4} ms; 0 writes were dropped/);
  });

  it('costs a caller the time limit at most when it does not answer at all', async () => {
    const { prices, server, clock, counted } = setup({ timeout: '100ms' });
    server.hangs = true;
    const value = prices.getOrLoad('a', () => ({ cents: 1 }));
    await clock.advance(101);
    expect(await value).toEqual({ cents: 1 });
    const flushed = prices.flush();
    await clock.advance(101);
    await flushed;
    expect(counted).toEqual({ cacheErrors: 2, cacheMisses: 1, cacheDropped: 1 });
  });

  it('lets a limited number of loads run at once; the others wait for their turn or until they give up', async () => {
    const { prices, server, clock } = setup({ loadsWhenDown: 2 });
    server.fails = true;
    const { load, starts } = manualLoader();
    const impatient = new AbortController();
    const waits = ['a', 'b', 'c', 'd'].map((key) =>
      prices.getOrLoad(key, load, key === 'c' ? { signal: impatient.signal } : {}).catch(String),
    );
    await clock.settle();
    expect(starts).toHaveLength(2);
    impatient.abort(new Error('enough'));
    expect(await waits[2]).toBe('Error: enough');
    starts[0]?.end({ cents: 1 });
    await clock.settle();
    expect(starts).toHaveLength(3); // d, since c has gone
    starts[1]?.fail(new Error('no database'));
    starts[2]?.end({ cents: 4 });
    expect(await Promise.all(waits)).toEqual([{ cents: 1 }, 'Error: no database', 'Error: enough', { cents: 4 }]);
  });

  it('refuses loads beyond a thousand that wait', async () => {
    const { prices, server, clock } = setup({ loadsWhenDown: 1 });
    server.fails = true;
    const { load, starts } = manualLoader();
    const errors: unknown[] = [];
    const waits = Array.from({ length: 1_002 }, (_, index) =>
      prices.getOrLoad(`k${index}`, load).catch((error: unknown) => void errors.push(error)),
    );
    await clock.settle();
    expect(errors).toHaveLength(1);
    expect(TwelvefoldError.isInstance(errors[0], 'CACHE_OVERLOADED')).toBe(true);
    expect(String(errors[0])).toContain("raise 'loadsWhenDown'");
    for (let turn = 0; turn < 1_001; turn += 1) {
      starts[turn]?.end({ cents: 1 });
      await new Promise(setImmediate);
    }
    await Promise.all(waits);
  });
});
