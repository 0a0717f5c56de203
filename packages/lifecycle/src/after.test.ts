import { expect, it, vi } from 'vitest';
import { after } from './after.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { createFakeClock } from './fake-clock.ts';

it('calls back in time on a clock that only sleeps, and not when undone or without an end', async () => {
  const clock = createFakeClock();
  const called: string[] = [];
  after(clock, 100, () => called.push('in time'));
  const undo = after(clock, 50, () => called.push('undone'));
  after(clock, Number.POSITIVE_INFINITY, () => called.push('never'))();
  undo();
  await clock.advance(99);
  expect(called).toEqual([]);
  await clock.advance(1);
  expect(called).toEqual(['in time']);
});

it("uses the clock's timer where there is one", () => {
  const undo = vi.fn();
  const timer = vi.fn(() => undo);
  const clock: Clock = { ...createFakeClock(), timer };
  const callback = () => {};
  after(clock, 10, callback)();
  expect(timer).toHaveBeenCalledWith(10, callback);
  expect(undo).toHaveBeenCalledOnce();
});

it('leaves no timer of the system behind', () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const undo = after(systemClock, 60_000, () => {});
  expect(timers()).toBe(before + 1);
  undo();
  expect(timers()).toBe(before);
});
