import type { RunStore } from '@twelvefold/admin';
import { defineCollectionTask, listCollection, runLeg } from '@twelvefold/admin';
import type { CollectionTaskOptions, NewRun, RunLegOptions } from '@twelvefold/admin/internal';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import * as z from 'zod';
import type { RunsTarget, TestContext } from './support/task-runs.ts';
import { contextOf, openRuns } from './support/task-runs.ts';

const NONE = z.object({});

export const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

export let target: RunsTarget;

export let store: RunStore;

type Options = CollectionTaskOptions<typeof NONE, number, TestContext>;

/** A task over the numbers below `count`, and the numbers that it was given. */
export function counting(count: number, more: Partial<Options> = {}) {
  const seen: number[] = [];
  const task = defineCollectionTask<typeof NONE, number, TestContext>({
    name: 'count',
    params: NONE,
    over: () => listCollection(numbers(count)),
    ...more,
    each: async (n, ctx) => {
      seen.push(n);
      await more.each?.(n, ctx);
    },
  });
  return { task, seen };
}

export async function enqueue(id = 'r1', more: Partial<NewRun> = {}): Promise<void> {
  const base = {
    task: 'count',
    shape: 'collection',
    params: {},
    on: 'here',
    caller: 'test',
    correlationId: 'c',
  } as const;
  await store.create({ ...base, id, ...more });
}

export const leg = (task: RunLegOptions<TestContext>['task'], more: Partial<RunLegOptions<TestContext>> = {}) =>
  runLeg({ task, store, run: 'r1', host: 'test', makeContext: contextOf, ...more });

/** Registers the hooks that each test needs. */
export function prepareRuns(): void {
  beforeAll(async () => {
    target = await openRuns();
  });
  afterAll(() => target[Symbol.asyncDispose]());
  beforeEach(async () => {
    ({ store } = await target.create());
  });
}
