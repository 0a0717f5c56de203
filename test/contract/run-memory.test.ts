import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defineCollectionTask, runLeg } from '@twelvefold/admin';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import type { RunsTarget } from './support/task-runs.ts';
import { openRuns } from './support/task-runs.ts';

const RECORDS = 1_000_000;
const LOOK_AT = 100_000;

let target: RunsTarget;
beforeAll(async () => {
  target = await openRuns();
});
afterAll(() => target[Symbol.asyncDispose]());

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // V8 has it with the flag

it('a run of a million records needs no more memory than one of a hundred thousand', async () => {
  const { store } = await target.create({ leaseMs: 30_000 });
  const base = {
    task: 'many',
    shape: 'collection',
    params: {},
    on: 'here',
    caller: 'test',
    correlationId: 'c',
  } as const;
  await store.create({ ...base, id: 'r1' });
  const heaps: number[] = [];
  const task = defineCollectionTask({
    name: 'many',
    params: z.object({}),
    over: () => ({
      async *read() {
        for (let value = 1; value <= RECORDS; value += 1) yield { value, position: value };
      },
    }),
    each: (n: number) => {
      if (n % LOOK_AT !== 0) return;
      collect();
      heaps.push(process.memoryUsage().heapUsed);
    },
  });
  const run = await runLeg({ task, store, run: 'r1', host: 'test', makeContext: () => ({}) });
  expect(run).toMatchObject({ status: 'succeeded', matched: RECORDS, failed: 0 });
  expect(heaps).toHaveLength(RECORDS / LOOK_AT);
  const [first = 0] = heaps;
  // The endpoint is in this process, with the answers of its calls: 8 MB are not the records'.
  expect((heaps.at(-1) ?? 0) - first).toBeLessThan(8 * 1_024 * 1_024);
});
