import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '@twelvefold/admin';
import { runLeg, taskRuns } from '@twelvefold/admin';
import { createAws, ecs } from '@twelvefold/aws';
import { deadlineIn, TwelvefoldError } from '@twelvefold/core';
import type { LocalAws } from '@twelvefold/local';
import { provision, runnableContainer, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runsTemplate } from '../contract/support/task-runs.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { backfill } from './fixtures/task-runs/leg.ts';

// The long form is a part of `npm run verify`.
const LONG = process.env.TWELVEFOLD_VERIFY === '1';
const RECORDS = LONG ? 100_000 : 1_500;
const KILLS = LONG ? 50 : 8;
/** Of one record, so that a kill finds a leg at work. */
const PAUSE_MS = LONG ? 0 : 2;

const FOLDER = fileURLToPath(new URL('fixtures/task-runs', import.meta.url));
const HOSTS = ['sigkill', 'sigterm', 'deadline', 'stop-task'] as const;
/** Where and how the run is stopped. Printed, and given again to repeat a run that failed. */
const SEED = Number(process.env.TWELVEFOLD_SEED ?? (LONG ? Date.now() % 1_000_000 : 18));

/** Numbers from 0 to below 1, the same for a seed (Park and Miller's generator). */
function randomOf(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** The stops in order: each way of stopping occurs, at points that are random. */
function stops(): Array<{ readonly host: (typeof HOSTS)[number]; readonly to: number }> {
  const random = randomOf(SEED);
  const share = RECORDS / (KILLS + 1);
  const drawn = Array.from({ length: KILLS - HOSTS.length }, () => HOSTS[Math.floor(random() * HOSTS.length)]);
  const hosts = [...HOSTS, ...drawn.flatMap((host) => host ?? [])];
  // Shuffled (Fisher and Yates).
  for (let at = hosts.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [a, b] = [hosts[at], hosts[other]];
    if (a && b) [hosts[at], hosts[other]] = [b, a];
  }
  return hosts.map((host, at) => ({ host, to: share * (at + 0.6 + 0.8 * random()) }));
}
const FLAGS = ['--conditions=@twelvefold/source', 'process.ts'];

let local: LocalAws;
let env: Record<string, string>;
beforeAll(async () => {
  local = await startLocalAws();
  env = {
    AWS_ENDPOINT_URL: local.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ROWS: 'rows',
    RUNS: 'runs',
  };
  const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }];
  const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' }];
  const Properties = { TableName: 'rows', BillingMode: 'PAY_PER_REQUEST', KeySchema, AttributeDefinitions };
  const options = { endpoint: local.url, env };
  await provision({ Resources: { Rows: { Type: 'AWS::DynamoDB::Table', Properties } } }, options);
  await provision(runsTemplate(taskRuns('task-runs'), 'runs'), options);
  local.containers.register(
    runnableContainer({ family: 'backfill', cwd: FOLDER, command: ['node', ...FLAGS], env, stopTimeoutMs: 5_000 }),
  );
});
afterAll(() => local.close());

it(`a backfill of ${RECORDS} records that is stopped ${KILLS} times across hosts loses none and has each effect once`, {
  timeout: 3_600_000,
}, async () => {
  const { task, store, rows } = backfill(env, PAUSE_MS);
  const ids = Array.from({ length: RECORDS }, (_, index) => `row-${String(index).padStart(6, '0')}`);
  for (let at = 0; at < RECORDS; at += 100) {
    await Promise.all(ids.slice(at, at + 100).map((id) => rows.put({ id, visits: 0, done: 0 })));
  }
  const base = {
    task: 'backfill',
    shape: 'collection',
    params: {},
    on: 'here',
    caller: 'test',
    correlationId: 'c',
  } as const;
  await store.create({ ...base, id: 'run' });
  const counted: Record<string, number> = {};
  /** Resolves when the run is that far, or has ended. */
  const progressed = (to: number) =>
    expect.poll(async () => isFar(await store.get('run'), to), { interval: 50, timeout: 600_000 }).toBe(true);

  for (const { host, to } of stops()) {
    counted[host] = (counted[host] ?? 0) + 1;
    if (host === 'deadline') {
      // An invocation of Lambda: the deadline is the host's.
      await patiently(() =>
        runLeg({
          task,
          store,
          run: 'run',
          host: 'lambda',
          deadline: deadlineIn(1_500),
          makeContext: (_, { fence }) => ({ fence }),
        }),
      );
    } else if (host === 'stop-task') await stopTask(to);
    else {
      const child = spawn(process.execPath, [...FLAGS, 'run', host, String(PAUSE_MS)], {
        cwd: FOLDER,
        env: { ...env, PATH: process.env.PATH, ...COMPILE_CACHE },
        stdio: 'inherit',
      });
      await progressed(to);
      child.kill(host === 'sigkill' ? 'SIGKILL' : 'SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }
  const end = await patiently(() =>
    runLeg({ task, store, run: 'run', host: 'laptop', makeContext: (_, { fence }) => ({ fence }) }),
  );
  expect(end).toMatchObject({ status: 'succeeded', failed: 0 });

  let repeated = 0;
  let seen = 0;
  for await (const { visits, done } of rows.scan()) {
    seen += 1;
    expect({ visits: visits >= 1, done }).toEqual({ visits: true, done: 1 });
    repeated += visits - 1;
  }
  expect(seen).toBe(RECORDS);
  // A window is half a second of work: what a kill repeats, and a clean stop does not.
  const rate = RECORDS / (end.durationMs / 1_000);
  expect(repeated).toBeLessThanOrEqual(Math.ceil(KILLS * rate));
  const { leg, durationMs } = end;
  console.log(JSON.stringify({ seed: SEED, records: seen, stops: counted, legs: leg, repeated, durationMs }));

  async function stopTask(to: number): Promise<void> {
    const aws = createAws({ env });
    const command = ['node', ...FLAGS, 'run', 'ecs', String(PAUSE_MS)];
    const overrides = { containerOverrides: [{ name: 'app', command }] };
    const { tasks = [] } = await aws.call(
      ecs,
      'RunTask',
      { taskDefinition: 'backfill', overrides },
      { access: 'write' },
    );
    const arn = tasks[0]?.taskArn ?? '';
    await progressed(to);
    await aws.call(ecs, 'StopTask', { task: arn, reason: 'chaos' }, { access: 'write' });
    const status = async () =>
      (await aws.call(ecs, 'DescribeTasks', { tasks: [arn] }, { access: 'read' })).tasks?.[0]?.lastStatus;
    await expect.poll(status, { timeout: 30_000 }).toBe('STOPPED');
    aws.close();
  }
});

const isFar = ({ matched, status }: RunRecord, to: number) => matched >= to || status === 'succeeded';

/** The lease of a dead leg runs out a second after its death. */
async function patiently(leg: () => Promise<RunRecord>): Promise<RunRecord> {
  for (;;) {
    try {
      return await leg();
    } catch (error) {
      if (!TwelvefoldError.isInstance(error, 'LOCK_HELD')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
