import type { RunStore } from '@twelvefold/admin';
import { createTestClock } from '@twelvefold/core/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collect } from './support/collect.ts';
import type { RunsTarget } from './support/task-runs.ts';
import { openRuns } from './support/task-runs.ts';

let target: RunsTarget;
let store: RunStore;
const clock = createTestClock();
beforeAll(async () => {
  target = await openRuns();
});
afterAll(() => target[Symbol.asyncDispose]());
beforeEach(async () => {
  ({ store } = await target.create({ clock }));
});

const newRun = (id: string, more: object = {}) => ({
  id,
  task: 'backfill',
  shape: 'collection' as const,
  params: { since: '2026-01-01', token: '***' },
  on: 'here' as const,
  caller: 'ada@laptop',
  correlationId: 'c-1',
  ...more,
});
const progress = (matched: number, fence: number) => [
  { position: { orderId: `o-${matched}` }, scanned: matched * 2, matched, failed: 0, fence },
];

describe('the record of a run', () => {
  it('exists before anything starts, once', async () => {
    const first = await store.create(newRun('r1'));
    expect(first.created).toBe(true);
    expect(first.run).toMatchObject({ id: 'r1', status: 'enqueued', leg: 0, version: 1, scanned: 0, fence: 0 });
    expect(await store.get('r1')).toEqual(first.run);
    const second = await store.create(newRun('r1', { caller: 'bob' }));
    expect(second).toEqual({ run: first.run, created: false });
    expect(await collect(store.audit('r1'))).toEqual([
      { seq: 1, at: '2026-01-01T00:00:00.000Z', event: 'enqueued', status: 'enqueued', by: 'ada@laptop' },
    ]);
  });

  it('that does not exist is named', async () => {
    await expect(store.get('nope')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: expect.stringContaining('"nope"'),
    });
  });

  it('is made once when the answer is lost', async () => {
    const { store: patient } = await target.create();
    target.loseAnswers(1);
    expect(await patient.create(newRun('r1'))).toMatchObject({ created: true });
    expect(await collect(patient.audit('r1'))).toHaveLength(1);
  });

  it('goes through a leg with its checkpoints and keeps a history', async () => {
    await store.create(newRun('r1'));
    await store.begin('r1', { token: 3, host: 'laptop' });
    const saved = await store.checkpoint('r1', { token: 3, progress: progress(5, 3), durationMs: 400, total: 100 });
    expect(saved).toMatchObject({ status: 'running', scanned: 10, matched: 5, total: 100, leg: 1, host: 'laptop' });
    expect(saved.progress).toEqual(progress(5, 3));
    const ended = await store.end('r1', { token: 3, progress: progress(6, 3), durationMs: 500, outcome: 'yielded' });
    expect(ended).toMatchObject({ status: 'interrupted', matched: 6, durationMs: 500, idleLegs: 0 });
    expect(ended).not.toHaveProperty('endedAt');
    await store.begin('r1', { token: 4, host: 'lambda x' });
    const done = {
      token: 4,
      progress: progress(9, 4),
      durationMs: 900,
      outcome: 'done',
      result: { matched: 9 },
    } as const;
    expect(await store.end('r1', done)).toMatchObject({
      status: 'succeeded',
      result: { matched: 9 },
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:00.000Z',
    });
    const history = await collect(store.audit('r1'));
    expect(history.map(({ seq, event, status, by }) => [seq, event, status, by])).toEqual([
      [1, 'enqueued', 'enqueued', 'ada@laptop'],
      [2, 'began', 'running', 'laptop'],
      [3, 'ended', 'interrupted', 'laptop'],
      [4, 'began', 'running', 'lambda x'],
      [5, 'ended', 'succeeded', 'lambda x'],
    ]);
  });

  it('keeps its position when a leg dies at once after it began', async () => {
    await store.create(newRun('r1'));
    await store.begin('r1', { token: 1, host: 'a' });
    await store.checkpoint('r1', { token: 1, progress: progress(5, 1), durationMs: 400 });
    await store.begin('r1', { token: 2, host: 'b' }); // and dies
    const run = await store.begin('r1', { token: 3, host: 'c' });
    expect(run.progress).toEqual(progress(5, 1));
    expect(run).toMatchObject({ leg: 3, matched: 5, scanned: 10 });
  });

  it('refuses the writes of a leg that was overtaken', async () => {
    await store.create(newRun('r1'));
    await store.begin('r1', { token: 1, host: 'a' });
    await store.begin('r1', { token: 2, host: 'b' });
    const late = { token: 1, progress: progress(99, 1), durationMs: 1 };
    const lost = expect.objectContaining({ code: 'LOCK_LOST', message: expect.stringContaining('leg 2 has taken it') });
    await expect(store.checkpoint('r1', late)).rejects.toEqual(lost);
    await expect(store.end('r1', { ...late, outcome: 'done' })).rejects.toEqual(lost);
    await expect(store.begin('r1', { token: 1, host: 'a' })).rejects.toEqual(lost);
    expect(await store.get('r1')).toMatchObject({ matched: 0, status: 'running', fence: 2 });
  });

  it('takes commands beside checkpoints, and refuses those that do not fit', async () => {
    await store.create(newRun('r1'));
    await store.begin('r1', { token: 1, host: 'a' });
    expect(await store.command('r1', 'pause', 'ada')).toMatchObject({ status: 'pausing' });
    const seen = await store.checkpoint('r1', { token: 1, progress: progress(1, 1), durationMs: 1 });
    expect(seen.status).toBe('pausing');
    expect(
      await store.end('r1', { token: 1, progress: progress(1, 1), durationMs: 1, outcome: 'yielded' }),
    ).toMatchObject({
      status: 'paused',
    });
    expect(await store.command('r1', 'resume', 'ada', { on: 'lambda' })).toMatchObject({
      status: 'enqueued',
      on: 'lambda',
    });
    expect(await store.command('r1', 'cancel', 'ada')).toMatchObject({ status: 'cancelled' });
    await expect(store.command('r1', 'resume', 'ada')).rejects.toMatchObject({ code: 'RUN_REFUSED' });
    await expect(store.begin('r1', { token: 2, host: 'a' })).rejects.toMatchObject({ code: 'RUN_REFUSED' });
  });

  it('keeps every command of many at once, in one history without gaps', async () => {
    await store.create(newRun('r1'));
    await store.begin('r1', { token: 1, host: 'a' });
    const commands = ['pause', 'resume', 'pause', 'resume'] as const;
    await Promise.allSettled(commands.map((command) => store.command('r1', command, command)));
    await store.end('r1', { token: 1, progress: [], durationMs: 1, outcome: 'done' });
    const history = await collect(store.audit('r1'));
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    expect((await store.get('r1')).version).toBe(history.length);
  });

  it('counts legs that get no further', async () => {
    await store.create(newRun('r1'));
    for (let token = 1; token <= 3; token += 1) {
      await store.begin('r1', { token, host: 'a' });
      await store.end('r1', { token, progress: progress(2, token), durationMs: 1, outcome: 'yielded' });
    }
    expect(await store.get('r1')).toMatchObject({ matched: 2, idleLegs: 2 });
  });
});

describe('lists', () => {
  it('has the runs of a task, newest first', async () => {
    for (const id of ['r1', 'r2', 'r3']) {
      await store.create(newRun(id));
      await clock.advance(1_000);
    }
    await store.create(newRun('other', { task: 'other' }));
    expect((await store.list('backfill')).map(({ id }) => id)).toEqual(['r3', 'r2', 'r1']);
    expect((await store.list('backfill', { limit: 2 })).map(({ id }) => id)).toEqual(['r3', 'r2']);
  });

  it('has as active what is due and not settled', async () => {
    for (const id of ['r1', 'r2', 'r3']) await store.create(newRun(id));
    await store.create(newRun('later', { dueAt: new Date(clock.now() + 60_000).toISOString() }));
    await store.command('r1', 'pause', 'ada');
    await store.command('r2', 'cancel', 'ada');
    expect((await collect(store.active())).map(({ id }) => id)).toEqual(['r3']);
    await store.command('r1', 'resume', 'ada');
    expect((await collect(store.active())).map(({ id }) => id).sort()).toEqual(['r1', 'r3']);
    await clock.advance(60_000);
    expect((await collect(store.active())).map(({ id }) => id)).toContain('later');
  });

  it('notes a launch once', async () => {
    const { run } = await store.create(newRun('r1'));
    const launch = { at: new Date(clock.now()).toISOString(), attempts: 1 };
    const launched = await store.launch(run, launch, 'supervisor 1');
    expect(await store.launch(run, launch, 'supervisor 2')).toBeUndefined();
    if (!launched) throw new Error('not launched');
    await store.launchedAs(launched, { ref: 'arn:task' });
    expect((await store.get('r1')).launch).toEqual({ ...launch, ref: 'arn:task' });
    await store.begin('r1', { token: 1, host: 'a' });
    await store.launchedAs(launched, { ref: 'arn:late' });
    expect(await store.get('r1')).not.toHaveProperty('launch');
  });
});

describe('the quarantine', () => {
  const failure = (n: number) => ({
    at: new Date(clock.now() + n).toISOString(),
    position: n,
    value: { n },
    error: { name: 'Error', message: `no ${n}` },
  });

  it('has a failed record once, until it is resolved', async () => {
    await store.create(newRun('r1'));
    await store.addFailure('r1', failure(1));
    await store.addFailure('r1', failure(1));
    await store.addFailure('r1', failure(2));
    const found = await collect(store.failures('r1'));
    expect(found.map(({ value }) => value)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await collect(store.failures('r1', { after: found[0]?.key }))).toEqual([found[1]]);
    await store.resolveFailure('r1', 1);
    await store.resolveFailure('r1', 3);
    expect((await collect(store.failures('r1'))).map(({ position }) => position)).toEqual([2]);
  });

  it('keeps a record that is too large by its position', async () => {
    await store.addFailure('r1', { ...failure(1), value: 'x'.repeat(70_000) });
    const [found] = await collect(store.failures('r1'));
    expect(found).toMatchObject({ position: 1, error: { message: 'no 1' } });
    expect(found).not.toHaveProperty('value');
  });
});
