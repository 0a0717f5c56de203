import { expect, it } from 'vitest';
import { createAlarm } from './alarm.ts';

it('never sleeps for less than nothing, though its time passes between two looks at the clock', async () => {
  const slept: number[] = [];
  // Set at 0, sleeps from 0, wakes a little early at 4.9, and sees 5.1 when it is about to sleep
  // on.
  const looks = [0, 0, 4.9, 5.1, 5.2];
  const clock = {
    now: () => 0,
    monotonic: () => looks.shift() ?? Number.NaN,
    sleep: async (ms: number) => void slept.push(ms),
  };
  await new Promise<void>((ring) => createAlarm(clock, 5, ring).set());
  expect(slept).toEqual([5, 0]);
});
