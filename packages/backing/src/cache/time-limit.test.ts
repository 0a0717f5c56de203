import { createTestClock } from '@twelvefold/core/testing';
import { expect, it } from 'vitest';
import { createTimeLimit } from './time-limit.ts';

it('ends waits in their order with one timer, and not those that ended before', async () => {
  const clock = createTestClock();
  const limit = createTimeLimit(100, clock);
  const late: string[] = [];
  limit.begin(() => late.push('one'));
  await clock.advance(60);
  const two = limit.begin(() => late.push('two'));
  limit.begin(() => late.push('three'));
  expect(clock.sleepers).toBe(1);
  await clock.advance(41);
  expect(late).toEqual(['one']);
  expect(limit.end(two)).toBe(true);
  await clock.advance(60);
  expect(late).toEqual(['one', 'three']);
  expect([limit.end(two), clock.sleepers]).toEqual([false, 0]);
});

it('lets answers in that came while the process was busy', async () => {
  const clock = createTestClock();
  const limit = createTimeLimit(100, clock);
  let late = false;
  const wait = limit.begin(() => {
    late = true;
  });
  await clock.advance(100);
  expect(late).toBe(false); // one more turn
  expect(limit.end(wait)).toBe(true);
  await clock.advance(1_000);
  expect(late).toBe(false);
});
