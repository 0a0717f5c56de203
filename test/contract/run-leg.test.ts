import type { RunRecord } from '@twelvefold/admin';
import { defineTask, listCollection } from '@twelvefold/admin';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { counting, enqueue, leg, numbers, prepareRuns, store, target } from './run-leg.fixture.ts';
import { collect } from './support/collect.ts';
import type { TestContext } from './support/task-runs.ts';

prepareRuns();

/** A monotonic clock that the work moves; waits on it move it too. */
function workClock() {
  let now = 0;
  return {
    now: () => systemClock.now(),
    monotonic: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
    timer: () => () => {},
    spend: (ms: number) => {
      now += ms;
    },
  };
}

describe('a leg over a collection', () => {
  it('works on every record in order and ends with the counts', async () => {
    const { task, seen } = counting(20);
    await enqueue();
    const run = await leg(task);
    expect(run).toMatchObject({
      status: 'succeeded',
      result: { scanned: 20, matched: 20, failed: 0 },
      total: 20,
      leg: 1,
      host: 'test',
      progress: [{ position: 19, done: true, matched: 20 }],
    });
    expect(seen).toEqual(numbers(20));
    expect(await leg(task)).toMatchObject({ status: 'succeeded', leg: 1 });
    expect(seen).toHaveLength(20);
  });

  it('writes two checkpoints per second, behind the work', async () => {
    const clock = workClock();
    const saved: RunRecord[] = [];
    const { task, seen } = counting(1_000, { each: () => clock.spend(10) });
    await enqueue();
    const behind: boolean[] = [];
    target.calls();
    await leg(task, {
      clock,
      onProgress: (run) => {
        saved.push(run);
        behind.push(run.matched === seen.length);
      },
    });
    // 10 s of work: 50 records between two writes.
    expect(saved.map(({ matched }) => matched)).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 50));
    expect(behind).toEqual(behind.map(() => true));
    expect(target.calls().filter((call) => call === 'UpdateItem').length).toBeLessThanOrEqual(20 + 4);
  });

  it('stops before the deadline of its host and goes on behind the last record', async () => {
    const clock = workClock();
    const { task, seen } = counting(100, { each: () => clock.spend(50) });
    await enqueue();
    const statuses: string[] = [];
    const left: number[] = [];
    for (let legs = 0; legs < 20 && statuses.at(-1) !== 'succeeded'; legs += 1) {
      const deadline = deadlineIn(1_000, clock);
      const run = await leg(task, { clock, deadline });
      left.push(deadline.remainingMs());
      statuses.push(run.status);
    }
    expect(statuses).toEqual([...Array.from({ length: statuses.length - 1 }, () => 'interrupted'), 'succeeded']);
    expect(seen).toEqual(numbers(100));
    // Time for a record as long as the longest is always left.
    expect(Math.min(...left)).toBeGreaterThanOrEqual(50);
    expect(statuses.length).toBeLessThanOrEqual(6);
  });

  it('loses no position when a leg is ended at once after it began', async () => {
    const { task, seen } = counting(10, { each: (n) => (n === 4 ? store.command('r1', 'pause', 'ada') : undefined) });
    const clock = workClock();
    await enqueue();
    await leg(task, { clock: { ...clock, monotonic: () => seen.length * 1_000 } });
    expect(await store.get('r1')).toMatchObject({ status: 'paused', matched: 5 });
    await store.command('r1', 'resume', 'ada');
    const ended = AbortSignal.abort(new Error('killed'));
    const drained = await leg(task, { drainSignal: ended });
    expect(drained).toMatchObject({ status: 'interrupted', matched: 5, progress: [{ position: 4 }] });
    expect(await leg(task)).toMatchObject({ status: 'succeeded', matched: 10 });
    expect(seen).toEqual(numbers(10));
  });

  it('does not count a record that was cut off in its middle', async () => {
    const cut = new AbortController();
    const { task, seen } = counting(3, {
      each: async (n, { signal }) => {
        if (n !== 1 || cut.signal.aborted) return;
        cut.abort(new Error('SIGKILL is near'));
        signal.throwIfAborted();
      },
    });
    await enqueue();
    expect(await leg(task, { signal: cut.signal })).toMatchObject({ status: 'interrupted', matched: 1, failed: 0 });
    expect(await leg(task)).toMatchObject({ status: 'succeeded', matched: 3 });
    expect(seen).toEqual([0, 1, 1, 2]);
  });

  it('pauses after a canary, once', async () => {
    const { task, seen } = counting(10);
    await enqueue('r1', { settings: { canary: 3 } });
    expect(await leg(task)).toMatchObject({ status: 'paused', matched: 3 });
    expect((await collect(store.audit('r1'))).at(-1)?.detail).toBe('canary of 3 records');
    await store.command('r1', 'resume', 'ada');
    expect(await leg(task)).toMatchObject({ status: 'succeeded', matched: 10 });
    expect(seen).toEqual(numbers(10));
  });

  it('ends as cancelled, paused by Ctrl-C, and by a command before it began', async () => {
    const { task } = counting(10, { each: (n) => (n === 2 ? store.command('r1', 'cancel', 'ada') : undefined) });
    let at = 0;
    const clock = { ...workClock(), monotonic: () => (at += 600) };
    await enqueue();
    expect(await leg(task, { clock })).toMatchObject({ status: 'cancelled', matched: 3 });

    await enqueue('r2');
    expect(await leg(counting(5).task, { run: 'r2', pauseSignal: AbortSignal.abort() })).toMatchObject({
      status: 'paused',
    });

    await enqueue('r3');
    await store.begin('r3', { token: 0.5, host: 'dead' });
    await store.command('r3', 'cancel', 'ada');
    const { task: idle, seen } = counting(5);
    expect(await leg(idle, { run: 'r3' })).toMatchObject({ status: 'cancelled', matched: 0 });
    expect(seen).toEqual([]);
  });
});

describe('a lease', () => {
  it('refuses a second leg of a run, and another run of the task', async () => {
    const gate = Promise.withResolvers<void>();
    const { task, seen } = counting(2, { each: () => gate.promise });
    await enqueue('r1');
    await enqueue('r2');
    const first = leg(task);
    await expect.poll(() => seen.length).toBe(1);
    const held = { code: 'LOCK_HELD', message: expect.stringContaining('run r1 holds it') };
    await expect(leg(task)).rejects.toMatchObject(held);
    await expect(leg(task, { run: 'r2' })).rejects.toMatchObject(held);
    gate.resolve();
    expect(await first).toMatchObject({ status: 'succeeded', leg: 1 });
    expect(await leg(task, { run: 'r2' })).toMatchObject({ status: 'succeeded' });
  });

  it('lets as many runs at once as the task allows, with one sequence of tokens', async () => {
    const gate = Promise.withResolvers<void>();
    const tokens: number[] = [];
    const { task } = counting(1, {
      concurrency: 2,
      each: (_n, { run }) => {
        tokens.push(run.fence.token);
        return gate.promise;
      },
    });
    for (const id of ['r1', 'r2', 'r3']) await enqueue(id);
    const two = [leg(task), leg(task, { run: 'r2' })];
    await expect.poll(() => tokens.length).toBe(2);
    await expect(leg(task, { run: 'r3' })).rejects.toMatchObject({ code: 'LOCK_HELD' });
    await expect(leg(task)).rejects.toMatchObject({ code: 'LOCK_HELD' });
    gate.resolve();
    await Promise.all(two);
    expect(await leg(task, { run: 'r3' })).toMatchObject({ status: 'succeeded' });
    expect([...tokens].sort()).toEqual([1, 2, 3]);
  });

  it('of a dead leg is watched and taken over', async () => {
    const { task } = counting(3);
    await enqueue();
    const dead = await store.locks('run r1').acquire('task/count');
    await store.begin('r1', { token: dead.token, host: 'dead' });
    await expect(leg(task)).rejects.toMatchObject({ code: 'LOCK_HELD' });
    await expect
      .poll(() => leg(task).catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ status: 'succeeded' });
    expect(await store.get('r1')).toMatchObject({ leg: 2, fence: dead.token + 1 });
  });

  it.each([
    ['two leases and a margin, where there is no deadline', undefined, '62000ms'],
    ['no longer than half of the time', 100_000, '50000ms'],
    ['long enough to take it over, in a function of a minute', 60_000, '32000ms'],
    ['half of the time, where it cannot be taken over', 20_000, '10000ms'],
  ])('that has run out is watched: %s', async (_case, remainingMs, wait) => {
    const { task } = counting(1);
    await enqueue();
    const waits: unknown[] = [];
    const holder = { component: 'run r0', heldSince: '', leaseUntil: new Date(0).toISOString() };
    const locks = {
      inspect: async () => ({ holder }),
      withLock: async (_name: string, _work: unknown, options: { wait: string }) => {
        waits.push(options.wait);
        throw new Error('enough');
      },
    };
    const watched = { ...store, leaseMs: 30_000, locks: () => locks as never }; // the leg calls these two first
    const deadline = remainingMs === undefined ? {} : { deadline: { remainingMs: () => remainingMs } };
    await expect(leg(task, { store: watched, ...deadline })).rejects.toThrow('enough');
    expect(waits).toEqual([wait]);
  });

  it('that was lost ends the leg without another write', async () => {
    const { task } = counting(5, {
      each: (n) => (n === 1 ? store.begin('r1', { token: 99, host: 'thief' }) : undefined),
    });
    let at = 0;
    const clock = { ...workClock(), monotonic: () => (at += 600) };
    await enqueue();
    await expect(leg(task, { clock })).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(await store.get('r1')).toMatchObject({ status: 'running', host: 'thief', fence: 99 });
  });
});

describe('segments', () => {
  it('are worked on side by side, each with its position', async () => {
    const { task, seen } = counting(40, { segments: 4 });
    await enqueue('r1', { shape: 'segmented' });
    const run = await leg(task);
    expect(run.progress.map(({ position, matched }) => [position, matched])).toEqual([
      [36, 10],
      [37, 10],
      [38, 10],
      [39, 10],
    ]);
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(40));
    expect(seen.slice(0, 4).toSorted()).toEqual([0, 1, 2, 3]);
  });

  it('keep their number for the whole run', async () => {
    const seen: number[] = [];
    const first = counting(40, { segments: 4, each: (n) => void seen.push(n) });
    const drain = new AbortController();
    await enqueue('r1', { shape: 'segmented' });
    const stopped = counting(40, { segments: 4, each: (n) => (seen.push(n) === 10 ? drain.abort() : undefined) });
    expect(await leg(stopped.task, { drainSignal: drain.signal })).toMatchObject({ status: 'interrupted' });
    const { task } = counting(40, { segments: 8, each: (n) => void seen.push(n) });
    const run = await leg(task);
    expect(run.progress).toHaveLength(4);
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(40));
    expect(first.seen).toEqual([]);
  });
});

describe('a throttle', () => {
  it('holds a rate', async () => {
    const clock = workClock();
    const { task } = counting(101, { throttle: { rate: 10 } });
    await enqueue();
    await leg(task, { clock });
    expect(clock.monotonic()).toBeCloseTo(10_000, -2);
  });

  it('follows the consumed capacity', async () => {
    const clock = workClock();
    const { task } = counting(11, { throttle: { capacity: 100 }, each: (_n, { run }) => run.pace.consumed(50) });
    await enqueue();
    await leg(task, { clock });
    expect(clock.monotonic()).toBeCloseTo(5_000, -2);
  });

  it('asks a probe and waits as long as it says', async () => {
    const clock = workClock();
    const answers = [3_000, 2_000, 0];
    const { task } = counting(5, { throttle: { probe: () => answers.shift() ?? 0 } });
    await enqueue();
    await leg(task, { clock });
    expect(clock.monotonic()).toBe(5_000);
    expect(answers).toEqual([]);
  });

  it('halves the pace when a service throttles, and recovers', async () => {
    const clock = workClock();
    const times: number[] = [];
    const { task } = counting(200, {
      throttle: { rate: 10 },
      each: (n, { run }) => {
        times.push(clock.monotonic());
        if (n === 10) run.pace.throttled();
      },
    });
    await enqueue();
    await leg(task, { clock });
    const gap = (n: number) => (times[n + 1] ?? 0) - (times[n] ?? 0);
    expect(gap(5)).toBeCloseTo(100, 0);
    expect(gap(12)).toBeGreaterThan(150);
    expect(gap(190)).toBeCloseTo(100, 0);
  });
});

describe('a task in one call', () => {
  const once = (run: (params: { n: number }, ctx: TestContext) => unknown) =>
    defineTask({ name: 'count', params: z.object({ n: z.number() }), run });

  it('has a record with its result', async () => {
    await enqueue('r1', { shape: 'once', params: { n: 2 } });
    expect(await leg(once(({ n }) => ({ doubled: n * 2 })))).toMatchObject({
      status: 'succeeded',
      result: { doubled: 4 },
      progress: [],
    });
  });

  it('that throws, or does not get its parameters, is errored', async () => {
    await enqueue('r1', { shape: 'once', params: { n: 2 } });
    const failing = once(() => {
      throw new RangeError('no');
    });
    expect(await leg(failing)).toMatchObject({ status: 'errored', error: { name: 'RangeError', message: 'no' } });
    await enqueue('r2', { shape: 'once', params: {} });
    expect(await leg(failing, { run: 'r2' })).toMatchObject({ status: 'errored', error: { code: 'PARAMS_INVALID' } });
  });
});

describe('an error that nothing caught', () => {
  it('fails the run at once, whatever its task is at', async () => {
    const fatal = new AbortController();
    const begun = Promise.withResolvers<void>();
    const task = defineTask({
      name: 'count',
      params: z.object({}),
      run: () => {
        begun.resolve();
        return new Promise<never>(() => {});
      },
    });
    await enqueue('r1', { shape: 'once' });
    const running = leg(task, { failSignal: fatal.signal });
    await begun.promise;
    fatal.abort(new RangeError('a stray promise'));
    expect(await running).toMatchObject({
      status: 'errored',
      error: { name: 'RangeError', message: 'a stray promise' },
    });
    expect(await store.get('r1')).toMatchObject({ status: 'errored' });
    // Its lease is free: the next run need not wait for its end.
    await enqueue('r2', { shape: 'once' });
    const next = defineTask({ name: 'count', params: z.object({}), run: async () => 1 });
    expect(await leg(next, { run: 'r2' })).toMatchObject({ status: 'succeeded', result: 1 });
  });

  it('stops the work of the run, which checkpoints no more', async () => {
    const fatal = new AbortController();
    const first = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<AbortSignal>();
    const clock = workClock();
    const { task, seen } = counting(3, {
      // A collection that does not heed its signal.
      over: () => ({ read: () => listCollection(numbers(3)).read({ segment: 0, segments: 1 }) }),
      each: async (_n, { signal }) => {
        begun.resolve(signal);
        await first.promise;
        clock.spend(600);
      },
    });
    await enqueue();
    const running = leg(task, { failSignal: fatal.signal, clock });
    const signal = await begun.promise;
    fatal.abort(new RangeError('a stray promise'));
    expect(signal.aborted).toBe(true);
    expect(await running).toMatchObject({ status: 'errored', error: { name: 'RangeError' } });
    const { version } = await store.get('r1');
    first.resolve();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen).toEqual([0]);
    expect((await store.get('r1')).version).toBe(version);
  });
});
