import type { RunStore } from '@twelvefold/admin';
import type { RunCommand, RunStatus } from '@twelvefold/admin/internal';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collect } from './support/collect.ts';
import type { RunsTarget } from './support/task-runs.ts';
import { openRuns } from './support/task-runs.ts';

/** The statuses that a person's command leads to, as the documentation has them. */
const TABLE: Readonly<Record<RunCommand, Readonly<Partial<Record<RunStatus, RunStatus>>>>> = {
  pause: { enqueued: 'paused', running: 'pausing', pausing: 'pausing', paused: 'paused', interrupted: 'paused' },
  resume: {
    enqueued: 'enqueued',
    running: 'running',
    pausing: 'running',
    paused: 'enqueued',
    interrupted: 'enqueued',
    errored: 'enqueued',
  },
  cancel: {
    enqueued: 'cancelled',
    running: 'cancelling',
    pausing: 'cancelling',
    cancelling: 'cancelling',
    paused: 'cancelled',
    interrupted: 'cancelled',
    cancelled: 'cancelled',
  },
};
const SETTLED: readonly RunStatus[] = ['paused', 'cancelled', 'succeeded', 'errored'];

/** The run as it must be. */
interface Model {
  status: RunStatus;
  /** Records that are saved. */
  saved: number;
  /** Tokens of legs that were begun; only the last may write. */
  tokens: number[];
  /** Whether the last leg has ended or died; a dead one may still be late with a write. */
  alive: boolean;
}

interface Real {
  readonly store: RunStore;
  readonly id: string;
}

type Step = fc.AsyncCommand<Model, Real>;

const progressOf = (matched: number, fence: number) => [
  { ...(matched > 0 && { position: matched }), scanned: matched, matched, failed: 0, fence },
];

async function same(model: Model, { store, id }: Real): Promise<void> {
  const run = await store.get(id);
  expect({ status: run.status, saved: run.matched, fence: run.fence }).toEqual({
    status: model.status,
    saved: model.saved,
    fence: model.tokens.at(-1) ?? 0,
  });
  if (model.saved > 0) expect(run.progress[0]?.position).toBe(model.saved);
}

const command = (name: RunCommand): Step => ({
  check: () => true,
  run: async (model, real) => {
    const next = TABLE[name][model.status];
    const asked = real.store.command(real.id, name, 'ada');
    if (next === undefined) await expect(asked).rejects.toMatchObject({ code: 'RUN_REFUSED' });
    else {
      await asked;
      model.status = next;
    }
    await same(model, real);
  },
  toString: () => name,
});

const begin: Step = {
  check: ({ alive }) => !alive,
  run: async (model, real) => {
    const token = (model.tokens.at(-1) ?? 0) + 1;
    const beginning = real.store.begin(real.id, { token, host: 'host' });
    if (SETTLED.includes(model.status)) {
      await expect(beginning).rejects.toMatchObject({ code: 'RUN_REFUSED' });
      return;
    }
    await beginning;
    model.tokens.push(token);
    model.alive = true;
    if (model.status !== 'pausing' && model.status !== 'cancelling') model.status = 'running';
    await same(model, real);
  },
  toString: () => 'begin',
};

const checkpoint = (records: number): Step => ({
  check: ({ alive }) => alive,
  run: async (model, real) => {
    const token = model.tokens.at(-1) ?? 0;
    model.saved += records;
    await real.store.checkpoint(real.id, { token, progress: progressOf(model.saved, token), durationMs: 1 });
    await same(model, real);
  },
  toString: () => `checkpoint +${records}`,
});

/** An earlier leg wakes up and writes. */
const lateWrite: Step = {
  check: ({ tokens }) => tokens.length > 1,
  run: async (model, real) => {
    const token = model.tokens.at(-2) ?? 0;
    const late = { token, progress: progressOf(model.saved + 1_000, token), durationMs: 1 };
    await expect(real.store.checkpoint(real.id, late)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await expect(real.store.end(real.id, { ...late, outcome: 'done' })).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await same(model, real);
  },
  toString: () => 'late write',
};

const die: Step = {
  check: ({ alive }) => alive,
  run: async (model, real) => {
    model.alive = false;
    await same(model, real);
  },
  toString: () => 'die',
};

const end = (outcome: 'done' | 'failed' | 'yielded' | 'paused'): Step => ({
  check: ({ alive }) => alive,
  run: async (model, real) => {
    const token = model.tokens.at(-1) ?? 0;
    const progress = progressOf(model.saved, token);
    await real.store.end(real.id, { token, progress, durationMs: 1, outcome });
    model.alive = false;
    if (outcome === 'done') model.status = 'succeeded';
    else if (outcome === 'failed') model.status = 'errored';
    else if (model.status === 'cancelling') model.status = 'cancelled';
    else model.status = model.status === 'pausing' || outcome === 'paused' ? 'paused' : 'interrupted';
    await same(model, real);
  },
  toString: () => `end ${outcome}`,
});

let target: RunsTarget;
beforeAll(async () => {
  target = await openRuns();
});
afterAll(() => target[Symbol.asyncDispose]());

it('a run is what its model says, after commands, legs, deaths and late writes in any order', async () => {
  const { store } = await target.create();
  const steps = fc.commands(
    [
      fc.constantFrom<RunCommand>('pause', 'resume', 'cancel').map(command),
      fc.constant(begin),
      fc.constant(begin),
      fc.integer({ min: 1, max: 9 }).map(checkpoint),
      fc.constant(lateWrite),
      fc.constant(die),
      fc.constantFrom('done' as const, 'failed' as const, 'yielded' as const, 'paused' as const).map(end),
    ],
    { size: 'medium', maxCommands: 25 },
  );
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      runs += 1;
      const id = `r${runs}`;
      const base = { shape: 'collection', params: {}, on: 'here', caller: 'test', correlationId: 'c' } as const;
      await store.create({ ...base, id, task: 'model' });
      const model: Model = { status: 'enqueued', saved: 0, tokens: [], alive: false };
      await fc.asyncModelRun(() => ({ model, real: { store, id } }), list);
      const history = await collect(store.audit(id));
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    }),
    { numRuns: 60 },
  );
});
