import { listCollection } from '@twelvefold/admin';
import { describe, expect, it } from 'vitest';
import { counting, enqueue, leg, numbers, prepareRuns, store } from './run-leg.fixture.ts';
import { collect } from './support/collect.ts';

prepareRuns();

describe('records that fail', () => {
  it('go into quarantine and can be tried again', async () => {
    let broken = true;
    const odd = (n: number) => {
      if (broken && n % 2 === 1) throw new RangeError(`no ${n}`);
    };
    const { task, seen } = counting(6, { each: odd });
    await enqueue();
    expect(await leg(task)).toMatchObject({ status: 'succeeded', result: { matched: 6, failed: 3 }, failed: 3 });
    const failures = await collect(store.failures('r1'));
    // Oldest first; records that fail in one millisecond come in any order.
    const listed = failures.map(({ value, position, error }) => [value, position, error.name] as const);
    expect(listed.toSorted(([a], [b]) => Number(a) - Number(b))).toEqual([
      [1, 1, 'RangeError'],
      [3, 3, 'RangeError'],
      [5, 5, 'RangeError'],
    ]);
    broken = false;
    seen.length = 0;
    await enqueue('r2', { settings: { retryOf: 'r1' } });
    expect(await leg(task, { run: 'r2' })).toMatchObject({ status: 'succeeded', result: { matched: 3, failed: 0 } });
    expect(seen.toSorted()).toEqual([1, 3, 5]);
    expect(await collect(store.failures('r1'))).toEqual([]);
  });

  it('are tried once per retry, as the collection has them today', async () => {
    const { task } = counting(4, {
      over: () => ({ ...listCollection(numbers(4)), reload: async (n: number) => (n === 1 ? undefined : n + 10) }),
      each: (n) => {
        if (n === 1 || n === 2 || n === 12) throw new Error('no');
      },
    });
    await enqueue();
    await leg(task);
    await enqueue('r2', { settings: { retryOf: 'r1' } });
    expect(await leg(task, { run: 'r2' })).toMatchObject({ status: 'succeeded', matched: 1, failed: 1 });
    expect((await collect(store.failures('r1'))).map(({ position }) => position)).toEqual([2]);
  });

  it('end the run when they are too many', async () => {
    const { task, seen } = counting(10, {
      maxFailures: 2,
      each: () => {
        throw new Error('always');
      },
    });
    await enqueue();
    const run = await leg(task);
    expect(run).toMatchObject({ status: 'errored', error: { code: 'TOO_MANY_FAILURES' } });
    expect(run.error?.message).toContain("3 records failed, 'maxFailures' is 2");
    expect(seen).toHaveLength(3);
    expect(await collect(store.failures('r1'))).toHaveLength(3);
  });
});
