import type { RunStore } from '@twelvefold/admin';
import { adminCommand, defineCollectionTask, defineTask, listCollection, runLeg } from '@twelvefold/admin';
import type { AdminCommandOptions, AdminRuns, AnyTask } from '@twelvefold/admin/internal';
import { collectionCount } from '@twelvefold/admin/internal';
import { systemClock } from '@twelvefold/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { RunsTarget, TestContext } from './support/task-runs.ts';
import { contextOf, openRuns } from './support/task-runs.ts';

let target: RunsTarget;
let store: RunStore;
let failing = true;
beforeAll(async () => {
  target = await openRuns();
});
afterAll(() => target[Symbol.asyncDispose]());
beforeEach(async () => {
  ({ store } = await target.create());
  failing = true;
});

const backfill = defineCollectionTask({
  name: 'backfill',
  description: 'Fills back',
  params: z.object({ count: z.number().default(4), token: z.string().optional() }),
  secretParams: ['token'],
  over: ({ count }) => listCollection(Array.from({ length: count }, (_, index) => index)),
  each: (n: number, _ctx: TestContext) => {
    if (failing && n === 2) throw new Error('no 2');
  },
});
const migrate = defineTask({ name: 'migrate', params: z.object({}), oncePerRelease: true, run: () => 'migrated' });
const tasks: readonly AnyTask[] = [backfill, migrate];

async function admin(line: string, more: Partial<AdminRuns> = {}) {
  const written: { out: string[]; err: string[] } = { out: [], err: [] };
  const io = {
    stdout: { write: (text: string) => void written.out.push(text) },
    stderr: { write: (text: string) => void written.err.push(text) },
    isTTY: false,
  };
  const never = new AbortController().signal;
  const runs: AdminRuns = {
    store,
    aws: target.aws,
    clock: systemClock,
    caller: 'ada@laptop',
    release: 'abc',
    stage: 'dev',
    production: false,
    interrupted: never,
    drained: never,
    functionOf: (task) => `shop-dev-${task}`,
    ecs: undefined,
    ask: undefined,
    leg: (task, leg) => runLeg({ ...leg, task, store, host: 'laptop', makeContext: contextOf }),
    count: (task, params) => collectionCount(task, { count: 4, ...params }, undefined, never),
    ...more,
  };
  const options: AdminCommandOptions<AnyTask> = { runs: async () => runs };
  const unused = () => Promise.reject(new Error('not used'));
  const code = await adminCommand(tasks, line.split(' '), io, unused, options);
  return { code, stdout: written.out.join(''), stderr: written.err.join('') };
}
const record = async (line: string, more: Partial<AdminRuns> = {}) => {
  const { code, stdout } = await admin(`${line} --json`, more);
  return { code, run: JSON.parse(stdout) };
};

describe('the command line with records of runs', () => {
  it('runs here, shows what failed, and tries it again', async () => {
    const { code, run } = await record('backfill --token hush');
    expect(code).toBe(2);
    expect(run).toMatchObject({
      status: 'succeeded',
      failed: 1,
      total: 4,
      caller: 'ada@laptop',
      params: { token: '***' },
    });
    const shown = await admin(`show ${run.id}`);
    expect(shown.stdout).toContain('4 of 4 scanned, 4 matched, 1 failed');
    expect(shown.stdout).toContain('Error: no 2');
    expect(shown.stdout).not.toContain('hush');
    failing = false;
    expect(await admin(`retry-failed ${run.id}`)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('give --token again'),
    });
    expect(await record(`retry-failed ${run.id} --token hush`)).toMatchObject({
      code: 0,
      run: { matched: 1, failed: 0, settings: { retryOf: run.id } },
    });
    const { stdout } = await admin('runs');
    expect(stdout.split('\n').filter((line) => line.startsWith('backfill-'))).toHaveLength(2);
  });

  it('pauses behind a canary, and resumes', async () => {
    failing = false;
    const { code, run } = await record('backfill --canary 2');
    expect([code, run.status, run.matched]).toEqual([130, 'paused', 2]);
    expect(await record(`resume ${run.id}`)).toMatchObject({ code: 0, run: { status: 'succeeded', matched: 4 } });
    expect(await admin(`cancel ${run.id}`).catch((error: Error) => error.message)).toContain('it is succeeded');
  });

  it('runs once per release', async () => {
    const first = await record('migrate');
    const second = await record('migrate');
    expect([first.run.result, second.run.id, second.run.leg]).toEqual(['migrated', first.run.id, 1]);
    expect((await record('migrate', { release: 'def' })).run.id).not.toBe(first.run.id);
    expect(await admin('migrate', { release: undefined })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('TWELVEFOLD_RELEASE'),
    });
  });

  it('wants the count, typed, at a production stage', async () => {
    const production = { production: true, stage: 'prod' };
    const refused = await admin('backfill', production);
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('--confirm "backfill 4"') });
    expect(await store.list('backfill')).toEqual([]);
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return 'backfill 4';
    };
    expect((await record('backfill', { ...production, ask })).run.status).toBe('succeeded');
    expect(asked[0]).toContain('on 4 records at stage prod');
    expect((await record('backfill --dry-run', production)).run.settings).toEqual({ dryRun: true });
  });

  it('wants the number of failed records for a retry at a production stage', async () => {
    const { run } = await record('backfill');
    failing = false;
    const production = { production: true, stage: 'prod' };
    expect(await admin(`retry-failed ${run.id}`, production)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--confirm "backfill 1"'),
    });
    const ask = async () => 'backfill 1';
    expect(await record(`retry-failed ${run.id}`, { ...production, ask })).toMatchObject({
      code: 0,
      run: { matched: 1 },
    });
  });

  it.each([
    ['--count 9', 'with --count: it goes on as it was started'],
    ['--dry-run', 'with --dry-run: it goes on as it was started'],
    ['--canary 1', 'with --canary: it goes on as it was started'],
    ['--on lamda', ': --on is "lamda"; choose here, lambda, ecs'],
    ['--onn ecs', ': Unknown flag --onn'],
    ['--on ecs', "Cannot run task 'backfill' on ECS with token: DescribeTasks shows"],
  ])('does not resume a run with %s', async (flags, reason) => {
    const { run } = await record('backfill --token hush --canary 2');
    expect(await admin(`resume ${run.id} --token hush ${flags}`)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(reason),
    });
    expect((await store.get(run.id)).status).toBe('paused');
  });

  it('wants the secrets of a run again before it resumes', async () => {
    const { run } = await record('backfill --token hush --canary 1');
    expect(await admin(`resume ${run.id}`)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(`Cannot resume run ${run.id}: a record never has secrets; give --token again`),
    });
    expect((await store.get(run.id)).status).toBe('paused');
    failing = false;
    expect(await record(`resume ${run.id} --token hush`)).toMatchObject({ code: 0, run: { matched: 4 } });
  });

  it('refuses a canary of a task that nothing could stop', async () => {
    expect(await admin('migrate --canary 1')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("Cannot run task 'migrate' with --canary"),
    });
    expect(await store.list('migrate')).toEqual([]);
  });

  it('says that another run is at work', async () => {
    const lease = await store.locks('run other').acquire('task/backfill');
    expect(await admin('backfill')).toMatchObject({ code: 75, stderr: expect.stringContaining('run other holds it') });
    expect((await store.list('backfill'))[0]?.status).toBe('cancelled');
    await lease.release();
  });

  it('leaves a run alone whose leg is at work', async () => {
    const base = { task: 'backfill', shape: 'collection', on: 'ecs', caller: 'ada', correlationId: 'c' } as const;
    await store.create({ ...base, id: 'r1', params: {} });
    const lease = await store.locks('run r1').acquire('task/backfill');
    await store.begin('r1', { token: lease.token, host: 'ecs 1' });
    for (const command of ['leg r1', 'resume r1 --on here']) {
      expect(await admin(command), command).toMatchObject({
        code: 75,
        stderr: expect.stringContaining('run r1 holds it'),
      });
      expect(await store.get('r1'), command).toMatchObject({ status: 'running', leg: 1 });
    }
    await lease.release();
  });

  it('puts a run off that cannot begin here, and keeps its position', async () => {
    failing = false;
    const { run } = await record('backfill --canary 2');
    const lease = await store.locks('run other').acquire('task/backfill');
    expect(await admin(`resume ${run.id}`)).toMatchObject({ code: 75 });
    expect(await store.get(run.id)).toMatchObject({ status: 'paused', matched: 2 });
    const base = { task: 'backfill', shape: 'collection', on: 'ecs', caller: 'ada', correlationId: 'c' } as const;
    await store.create({ ...base, id: 'due', params: {} });
    expect(await admin('leg due')).toMatchObject({ code: 75 });
    expect(await store.get('due')).toMatchObject({ status: 'enqueued' });
    await lease.release();
  });

  it('refuses what its place does not allow', async () => {
    const place = { ecs: { cluster: 'c', service: 's' } };
    expect(await admin('backfill --on ecs --token hush', place)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('token'),
    });
    expect(await admin('backfill --on ecs')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('TWELVEFOLD_ECS_CLUSTER'),
    });
    expect(await admin('backfill --on moon')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('here, lambda, ecs'),
    });
    expect(await admin('show')).toMatchObject({ code: 64 });
  });

  it('follows a run on Lambda over its legs', async () => {
    failing = false;
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-backfill';
    const remove = target.local.functions.register(arn, (event) =>
      runLeg({ task: backfill, store, run: (event as { run: string }).run, host: 'lambda', makeContext: contextOf }),
    );
    const { code, run } = await record('backfill --on lambda');
    remove();
    expect([code, run.status, run.host, run.on]).toEqual([0, 'succeeded', 'lambda', 'lambda']);
    // The same record as of a run here, but for its place and its times.
    const here = (await record('backfill')).run;
    const equal = ({
      id,
      on,
      host,
      enqueuedAt,
      startedAt,
      endedAt,
      durationMs,
      correlationId,
      fence,
      progress,
      ...rest
    }: Record<string, unknown>) => rest;
    expect(equal({ ...run, version: 0 })).toEqual(equal({ ...here, version: 0 }));
  });
});
