import { createTestClock } from '@twelvefold/core/testing';
import { expect, it } from 'vitest';
import * as z from 'zod';
import type { NewRun, RunStore } from '../runs/run-store.ts';
import type { AnyTask } from '../task.ts';
import { defineTask } from '../task.ts';
import { startSupervisor } from './start-supervisor.ts';

const START = Date.parse('2026-11-30T02:58:30Z');
const params = z.object({ region: z.string().default('eu') });
const nightly = defineTask({
  name: 'nightly',
  params,
  schedule: [{ at: 'cron(0 3 * * ? *)', params: { region: 'us' } }, { at: 'rate(1 hour)' }],
  run: () => 1,
});
const often = defineTask({ name: 'often', params, schedule: { at: 'rate(1 minute)' }, run: () => 1 });

/** A supervisor over records that only keep what is new. */
function started(tasks: readonly AnyTask[], options: { readonly schedules?: boolean; readonly lost?: number } = {}) {
  const clock = createTestClock(START);
  const created = new Map<string, NewRun>();
  let { lost = 0 } = options;
  const store = {
    create: async (run: NewRun) => {
      lost -= 1;
      if (lost >= 0) throw new Error('The table is away');
      created.set(run.id, run);
      return { run, created: true };
    },
    async *active() {},
  } as unknown as RunStore; // what a look at no runs needs
  const { schedules = true } = options;
  const supervisor = startSupervisor({ store, tasks, launchers: {}, by: 'laptop', clock, schedules });
  const runs = () =>
    [...created.values()].map(({ task, caller, params: given, on }) => [task, caller, JSON.stringify(given), on]);
  return { clock, runs, supervisor };
}

it('starts what is due at each full minute, in this process', async () => {
  const { clock, runs, supervisor } = started([nightly]);
  await clock.settle();
  await clock.advance(30_000);
  expect(runs()).toEqual([]);
  await clock.advance(60_000);
  expect(runs()).toEqual([
    ['nightly', 'schedule 1 of nightly', '{"region":"us"}', 'here'],
    ['nightly', 'schedule 2 of nightly', '{}', 'here'],
  ]);
  await clock.advance(600_000);
  expect(runs()).toHaveLength(2);
  await supervisor.stop();
});

it('starts what the minute of its start names, and makes one run of a minute', async () => {
  const first = started([often]);
  await first.clock.settle();
  expect(first.runs()).toHaveLength(1);
  await first.clock.advance(150_000);
  expect(first.runs()).toHaveLength(4);
  await first.supervisor.stop();
});

it('makes up for two minutes at most: a laptop sleeps', async () => {
  const { clock, runs, supervisor } = started([often]);
  await clock.settle();
  clock.advanceWall(3_600_000);
  await clock.advance(30_000);
  expect(runs().length).toBeLessThanOrEqual(3);
  await supervisor.stop();
});

it('goes on with the next minute when a run cannot be written', async () => {
  const { clock, runs, supervisor } = started([often], { lost: 1 });
  await clock.settle();
  expect(runs()).toEqual([]);
  await clock.advance(30_000);
  expect(runs()).toHaveLength(1);
  await supervisor.stop();
});

it('starts none where Scheduler does', async () => {
  const { clock, runs, supervisor } = started([often], { schedules: false });
  await clock.advance(180_000);
  expect(runs()).toEqual([]);
  await supervisor.stop();
});
