import type { Launcher, RunRecord, RunStore } from '@twelvefold/admin';
import { defineCollectionTask, defineTask, lambdaLauncher, listCollection, runLeg, supervise } from '@twelvefold/admin';
import type { CollectionTaskOptions, SupervisorOptions } from '@twelvefold/admin/internal';
import { handleSupervisorEvent } from '@twelvefold/admin/internal';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { collect } from './support/collect.ts';
import type { RunsTarget, TestContext } from './support/task-runs.ts';
import { contextOf, openRuns } from './support/task-runs.ts';

const NONE = z.object({});
const REGION_ARN = 'arn:aws:lambda:eu-west-1:123456789012:function';

let target: RunsTarget;
let store: RunStore;
beforeAll(async () => {
  target = await openRuns();
});
afterAll(() => target[Symbol.asyncDispose]());
beforeEach(async () => {
  ({ store } = await target.create());
});

type Options = CollectionTaskOptions<typeof NONE, number, TestContext>;
const counting = (count: number, each: Options['each']) =>
  defineCollectionTask<typeof NONE, number, TestContext>({
    name: 'count',
    params: NONE,
    over: () => listCollection(Array.from({ length: count }, (_, index) => index)),
    each,
  });

/** Launches that are noted and lead nowhere. */
function noted(): { launcher: Launcher; launches: string[][] } {
  const launches: string[][] = [];
  return {
    launches,
    launcher: {
      launch: async ({ id }, token) => {
        launches.push([id, token]);
        return `task-${launches.length}`;
      },
    },
  };
}

const enqueue = (id: string, more: object = {}) =>
  store.create({
    id,
    task: 'count',
    shape: 'collection',
    params: {},
    on: 'ecs',
    caller: 'ada',
    correlationId: 'c',
    ...more,
  });

function optionsWith(launcher: Launcher, nowMs = () => Date.now()): SupervisorOptions {
  const tasks = [counting(3, () => {}), defineTask({ name: 'once', params: NONE, run: () => 1 })];
  return {
    store,
    tasks,
    launchers: { ecs: launcher, lambda: launcher },
    by: 'supervisor',
    clock: { now: nowMs },
    release: 'abc',
  };
}

describe('a look at the runs', () => {
  it('launches what is due, once, by any supervisor', async () => {
    await enqueue('r1');
    await enqueue('r2', { dueAt: new Date(Date.now() + 3_600_000).toISOString() });
    await enqueue('r3', { on: 'here' });
    const { launcher, launches } = noted();
    await Promise.all([supervise(optionsWith(launcher)), supervise(optionsWith(launcher))]);
    await supervise(optionsWith(launcher));
    expect(launches).toEqual([['r1', '1.1']]);
    expect((await store.get('r1')).launch).toMatchObject({ attempts: 1, ref: 'task-1' });
  });

  it('launches the next leg of a run that yielded or died, and leaves one alone that is at work', async () => {
    for (const id of ['yielded', 'died']) await enqueue(id);
    await store.begin('yielded', { token: 1, host: 'a' });
    await store.end('yielded', { token: 1, progress: [], durationMs: 1, outcome: 'yielded' });
    await store.begin('died', { token: 2, host: 'a' });
    const lease = await store.locks('run died').acquire('task/count');
    const { launcher, launches } = noted();
    expect(await supervise(optionsWith(launcher))).toMatchObject({ launched: [], waiting: ['yielded', 'died'] });
    // The lease of the dead leg has run out a second later.
    expect((await supervise(optionsWith(launcher, () => Date.now() + 1_500))).launched.toSorted()).toEqual([
      'died',
      'yielded',
    ]);
    expect(launches.map(([id]) => id).sort()).toEqual(['died', 'yielded']);
    await lease.release();
  });

  it('gives up with the reason what never starts, gets no further, or cannot go on', async () => {
    await enqueue('never');
    const { launcher, launches } = noted();
    let now = Date.now();
    for (let tries = 0; tries < 5; tries += 1) {
      await supervise(optionsWith(launcher, () => now));
      now += 400_000;
    }
    expect(launches).toHaveLength(3);
    expect(await store.get('never')).toMatchObject({
      status: 'errored',
      error: { code: 'RUN_NOT_STARTED', message: expect.stringContaining('task-3 did not begin within 300 s') },
    });

    await enqueue('stuck');
    for (let token = 1; token <= 5; token += 1) {
      await store.begin('stuck', { token, host: 'a' });
      await store.end('stuck', { token, progress: [], durationMs: 1, outcome: 'yielded' });
    }
    await enqueue('once', { task: 'once', shape: 'once' });
    await store.begin('once', { token: 1, host: 'a' });
    const { gaveUp } = await supervise(optionsWith(launcher));
    expect([...gaveUp].sort()).toEqual(['once', 'stuck']);
    expect((await store.get('stuck')).error).toMatchObject({ code: 'RUN_STUCK' });
    expect((await store.get('once')).error).toMatchObject({ code: 'RUN_DIED' });
  });

  it('gives up what would go on without its secrets', async () => {
    const secret = defineTask({
      name: 'secret',
      params: z.object({ token: z.string() }),
      secretParams: ['token'],
      restartable: true,
      run: () => 1,
    });
    const masked = { task: 'secret', shape: 'once', params: { token: '***' } };
    for (const id of ['begun', 'fresh']) await enqueue(id, masked);
    await store.begin('begun', { token: 1, host: 'a' });
    const { launcher } = noted();
    const { gaveUp, launched } = await supervise({ ...optionsWith(launcher), tasks: [secret] });
    // The launcher of a run that has not begun may have its secrets; without them its leg fails.
    expect([gaveUp, launched]).toEqual([['begun'], ['fresh']]);
    expect((await store.get('begun')).error?.message).toContain('needs its secret parameters again');
  });

  it('tells a launch that failed apart from one that takes long', async () => {
    await enqueue('r1');
    const failing: Launcher = { launch: () => Promise.reject(new Error('no capacity')) };
    for (let tries = 0; tries < 4; tries += 1) await supervise(optionsWith(failing));
    expect((await store.get('r1')).error?.message).toContain('no capacity');
  });
});

describe('events', () => {
  const tick = { task: 'count', scheduleArn: 'arn:schedule', scheduledTime: '2026-11-30T03:00:00Z' };

  it('of a schedule say where the run works', async () => {
    const { launcher, launches } = noted();
    const options = { ...optionsWith(launcher), launchers: { ecs: launcher } };
    await handleSupervisorEvent({ ...tick, on: 'ecs' }, options);
    expect(launches).toHaveLength(1);
    expect(await store.get(launches[0]?.[0] ?? '')).toMatchObject({ on: 'ecs', caller: 'arn:schedule' });
    await expect(handleSupervisorEvent({ ...tick, on: 'moon' }, options)).rejects.toThrow("on 'lambda' or 'ecs'");
  });

  it('of a schedule make one run per tick, written before it starts', async () => {
    const seen: RunRecord[] = [];
    const launcher: Launcher = {
      launch: async ({ id }) => {
        seen.push(await store.get(id));
        return 'f';
      },
    };
    await handleSupervisorEvent(tick, optionsWith(launcher));
    await handleSupervisorEvent({ ...tick }, optionsWith(launcher));
    await handleSupervisorEvent({ ...tick, scheduledTime: '2026-12-01T03:00:00Z' }, optionsWith(launcher));
    const runs = await store.list('count');
    expect(runs).toHaveLength(1 + 1);
    expect(runs[0]).toMatchObject({ on: 'lambda', caller: 'arn:schedule', release: 'abc' });
    expect(seen.map(({ status, launch }) => [status, launch?.attempts])).toEqual([
      ['enqueued', 1],
      ['enqueued', 1],
    ]);
  });

  it('of a task that never started put the reason into the record', async () => {
    await enqueue('r1');
    const { launcher, launches } = noted();
    await supervise(optionsWith(launcher));
    const detail = {
      startedBy: 'twelvefold/r1',
      taskArn: 'task-1',
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotPullContainerError: pull image manifest has been retried: manifest unknown: not found',
      containers: [{ name: 'app' }],
    };
    const event = { source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail };
    for (let tries = 0; tries < 3; tries += 1) await handleSupervisorEvent(event, optionsWith(launcher));
    expect(launches).toHaveLength(3);
    expect((await store.get('r1')).error?.message).toContain('push the image');
  });

  it('of another kind are refused', async () => {
    const { launcher } = noted();
    await expect(handleSupervisorEvent({ task: 'count' }, optionsWith(launcher))).rejects.toMatchObject({
      code: 'INVOCATION_INVALID',
    });
    await expect(handleSupervisorEvent({ ...tick, task: 'none' }, optionsWith(launcher))).rejects.toThrow(
      "task 'none'",
    );
  });
});

describe('a run in many legs on Lambda', () => {
  it('ends after 20 of them, each invoked by the supervisor and none by another leg', async () => {
    let clockMs = 0;
    const clock = { ...systemClock, monotonic: () => clockMs };
    const seen: number[] = [];
    const task = counting(100, (n) => {
      seen.push(n);
      clockMs += 100;
    });
    const arn = `${REGION_ARN}:orders-prod-count`;
    const legs: Array<Promise<unknown>> = [];
    const remove = target.local.functions.register(arn, (event) => {
      const { run } = event as { run: string };
      // Five records fit into the time of an invocation.
      const deadline = deadlineIn(600, clock);
      const leg = runLeg({
        task,
        store,
        run,
        host: 'lambda orders-prod-count',
        makeContext: contextOf,
        clock,
        deadline,
      });
      legs.push(leg);
      return leg;
    });
    const launcher = lambdaLauncher({ aws: target.aws, functionOf: (name) => `orders-prod-${name}` });
    const options = { store, tasks: [task], launchers: { lambda: launcher }, by: 'supervisor', clock: systemClock };
    await enqueue('r1', { on: 'lambda' });
    for (let looks = 0; looks < 40 && (await store.get('r1')).status !== 'succeeded'; looks += 1) {
      await supervise(options);
      await expect.poll(() => legs.length).toBe(looks + 1);
      await Promise.all(legs);
    }
    remove();
    expect(await store.get('r1')).toMatchObject({ status: 'succeeded', leg: 20, matched: 100 });
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index));
    const history = await collect(store.audit('r1'));
    expect(history.filter(({ event }) => event === 'launched')).toHaveLength(20);
  });
});
