import { describe, expect, it, vi } from 'vitest';
import type { Clock } from './clock.ts';
import { after, systemClock } from './clock.ts';
import { createTestClock } from './test-clock.ts';

const systemTimers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('after', () => {
  it('calls back in time on a clock that only sleeps, and not if cancelled or without an end', async () => {
    const clock = createTestClock();
    const called: string[] = [];
    after(clock, 100, () => called.push('in time'));
    const cancel = after(clock, 50, () => called.push('cancelled'));
    after(clock, Number.POSITIVE_INFINITY, () => called.push('never'))();
    cancel();
    await clock.advance(99);
    expect(called).toEqual([]);
    await clock.advance(1);
    expect(called).toEqual(['in time']);
  });

  it("uses the clock's timer if it has one", () => {
    const cancel = vi.fn();
    const timer = vi.fn(() => cancel);
    const clock: Clock = { ...createTestClock(), timer };
    const callback = () => {};
    after(clock, 10, callback)();
    expect(timer).toHaveBeenCalledWith(10, callback);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('leaves no timer of the system behind', () => {
    const before = systemTimers();
    const cancel = after(systemClock, 60_000, () => {});
    expect(systemTimers()).toBe(before + 1);
    cancel();
    expect(systemTimers()).toBe(before);
  });
});

describe('systemClock.sleep', () => {
  it('rejects with the reason and releases its timer when aborted', async () => {
    const before = systemTimers();
    const abort = new AbortController();
    const slept = systemClock.sleep(60_000, abort.signal);
    abort.abort('enough');
    await expect(slept).rejects.toBe('enough');
    await expect(systemClock.sleep(60_000, abort.signal)).rejects.toBe('enough');
    expect(systemTimers()).toBe(before);
  });
});

describe('createTestClock', () => {
  it('wakes sleepers in order, each at its time, and those that they start', async () => {
    const clock = createTestClock(0);
    const woken: Array<[string, number]> = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    };
    sleep('late', 20);
    sleep('early', 10).then(() => sleep('second', 5));
    expect(clock.sleepers).toBe(2);
    await clock.advance(30);
    expect(woken).toEqual([
      ['early', 10],
      ['second', 15],
      ['late', 20],
    ]);
    expect([clock.now(), clock.monotonic(), clock.sleepers]).toEqual([30, 30, 0]);
  });

  it('removes a sleeper that aborts, before or during its sleep', async () => {
    const clock = createTestClock();
    const abort = new AbortController();
    const slept = clock.sleep(10, abort.signal);
    abort.abort('enough');
    await expect(slept).rejects.toBe('enough');
    await expect(clock.sleep(10, abort.signal)).rejects.toBe('enough');
    expect(clock.sleepers).toBe(0);
  });

  it('moves the wall clock without the monotonic clock', () => {
    const clock = createTestClock(0);
    clock.advanceWall(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
  });
});
