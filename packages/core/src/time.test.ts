import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';
import { deadlineIn, limitTime, NO_DEADLINE } from './deadline.ts';
import { durationMs } from './duration.ts';
import { createTestClock } from './test-clock.ts';

describe('durationMs', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['14d', 1_209_600_000],
  ] as const)('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms));

  it.each(['30', 's', '-1s', '1 s', '1w', ''])('refuses %j', (text) => {
    expect(() => durationMs(text as '1s')).toThrow(/write a number and a unit/);
  });
});

describe('deadlines', () => {
  it('count down and stop at zero', async () => {
    const clock = createTestClock();
    const deadline = deadlineIn(100, clock);
    await clock.advance(40);
    expect(deadline.remainingMs()).toBe(60);
    await clock.advance(1_000);
    expect(deadline.remainingMs()).toBe(0);
  });

  it('limit work to the earlier of two', async () => {
    const clock = createTestClock();
    const { signal } = new AbortController();
    const limit = limitTime(50, signal, deadlineIn(20, clock), clock);
    expect(limit.deadline.remainingMs()).toBe(20);
    await clock.advance(50);
    expect(limit.signal.reason).toMatchObject({ name: 'TimeoutError', message: 'The work took longer than 50 ms' });
  });

  it('release the timer when the work ends in time', async () => {
    const clock = createTestClock();
    const limit = limitTime(50, new AbortController().signal, NO_DEADLINE, clock);
    limit.over();
    await clock.advance(60);
    expect([limit.signal.aborted, clock.sleepers]).toEqual([false, 0]);
  });
});

describe('backoffMs', () => {
  it('doubles up to the cap', () => {
    const ceilings = [1, 2, 3, 9, 1_000].map((attempt) => backoffMs(attempt, 100, 1_000, () => 1));
    expect(ceilings).toEqual([100, 200, 400, 1_000, 1_000]);
  });

  it('is random in the upper half, or in the whole', () => {
    expect([backoffMs(1, 100, 1_000, () => 0), backoffMs(1, 100, 1_000, () => 0.5)]).toEqual([50, 75]);
    expect([0, 0.5].map((random) => backoffMs(1, 100, 1_000, () => random, 'full'))).toEqual([0, 50]);
  });
});
