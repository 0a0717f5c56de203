import type { RunRecord } from '@twelvefold/admin';
import { ecs } from '@twelvefold/aws';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines } from '../support/json-lines.ts';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';
import type { Steps } from './fixtures/steps/start-steps.ts';
import { startSteps } from './fixtures/steps/start-steps.ts';

const ROWS = 14;
/** Of a record, so that a run is stopped before its end. */
const SLOW = '--pause-ms 300';

let steps: Steps;
beforeAll(async () => {
  steps = await startSteps();
});
afterAll(() => steps[Symbol.asyncDispose]());
beforeEach(() => steps.fill(ROWS));

/** Waits until the newest run is so far. */
const newest = (what: string, isSo: (run: RunRecord) => boolean) =>
  until(
    what,
    async () => (await steps.store.list('count', { limit: 1 }))[0],
    (run) => run !== undefined && isSo(run),
  ) as Promise<RunRecord>; // the condition wants one
const working = () => newest('a run works', ({ status, matched }) => status === 'running' && matched > 0);
const SETTLED = ['succeeded', 'errored', 'paused', 'cancelled'];
const settled = () => newest('the run has ended', ({ status }) => SETTLED.includes(status));
const once = Array<number>(ROWS).fill(1);

async function history(id: string): Promise<string> {
  const lines: string[] = [];
  for await (const { event, by, detail } of steps.store.audit(id)) lines.push(`${event} by ${by}: ${detail ?? ''}`);
  return lines.join('\n');
}

/** Stops the ECS task that a run works in, as a person or a deployment does. */
async function stopTask({ host = '' }: RunRecord): Promise<void> {
  const input = { cluster: 'steps-dev', task: host.replace('ecs ', ''), reason: 'Deployed' };
  await steps.aws.call(ecs, 'StopTask', input, { access: 'write' });
}

describe('--on ecs', () => {
  it('follows a task with its log, and exits as its container did', async () => {
    const { code, run, stderr } = await steps.run('count --on ecs --fail row-003');
    expect([code, run.status, run.on, run.matched, run.failed]).toEqual([2, 'succeeded', 'ecs', ROWS, 1]);
    expect(run.host).toMatch(/^ecs [0-9a-f]{32}$/);
    // The log of the task, and a line of progress for each change.
    expect(stderr).toContain('"row":"row-003"');
    expect(stderr).toContain('"status":"succeeded","leg":1');

    const logs = await steps.admin(`logs ${run.id}`);
    expect([logs.code, logs.stdout.match(/"message":"row"/g)?.length]).toEqual([0, ROWS]);
    expect(logs.stdout).toContain(`"correlation_id":"${run.correlationId}"`);

    const again = await steps.run(`retry-failed ${run.id} --on ecs`);
    expect(again).toMatchObject({ code: 0, run: { matched: 1, failed: 0, settings: { retryOf: run.id } } });
  });

  it('pauses the run and stops the task at Ctrl-C', async () => {
    const entry = steps.start(`count --on ecs ${SLOW} --json`);
    const { id, host } = await working();
    entry.child.kill('SIGINT');
    expect(await entry.exited, entry.stderr()).toEqual({ code: 130, signal: null });
    expect(JSON.parse(entry.stdout())).toMatchObject({ id, status: 'paused' });
    const input = { cluster: 'steps-dev', tasks: [host?.replace('ecs ', '') ?? ''] };
    const { tasks } = await steps.aws.call(ecs, 'DescribeTasks', input, { access: 'read' });
    expect(tasks?.[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' });
    expect(tasks?.[0]?.stoppedReason).toMatch(/^Stopped by ada@/);
    expect(await steps.run(`resume ${id} --on here`)).toMatchObject({
      code: 0,
      run: { status: 'succeeded', leg: 2, matched: ROWS },
    });
    expect(await steps.counts()).toEqual(once);
  });

  it('explains a task that never started', async () => {
    const broken = { TWELVEFOLD_ECS_COMMAND: 'no-such-program leg' };
    const { code, run, stderr } = await steps.run('count --on ecs', broken);
    expect([code, run.leg]).toEqual([1, 0]);
    expect(stderr).toContain('The task never started: ');
    expect(stderr).toContain('no-such-program cannot be started');
    const nowhere = await steps.admin('count --on ecs', { TWELVEFOLD_ECS_SERVICE: 'nowhere' });
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('deploy it, or check the stage') });
  });

  it('refuses secrets, which DescribeTasks would show', async () => {
    const { code, stderr } = await steps.admin('count --on ecs --token hush');
    expect([code, stderr]).toEqual([64, expect.stringContaining('with token')]);
    expect(stderr).not.toContain('hush');
  });
});

describe('--on lambda', () => {
  it('prints the log of a run, of that one alone', async () => {
    await steps.run('count --on lambda');
    await steps.fill(ROWS);
    const { code, run } = await steps.run('count --on lambda --fail row-003');
    expect([code, run.status, run.on, run.failed]).toEqual([2, 'succeeded', 'lambda', 1]);
    // A line arrives after its run, as on Lambda.
    const { stdout } = await until(
      'the last line is there',
      () => steps.admin(`logs ${run.id}`),
      (logs) => logs.code === 0 && logs.stdout.includes('"message":"Task succeeded"'),
    );
    expect(stdout.match(/"message":"row"/g)).toHaveLength(ROWS);
    const lines = jsonLines(stdout);
    expect(new Set(lines.map((line) => line.correlation_id))).toEqual(new Set([run.correlationId]));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'Task failed on a record' }));
  });
});

describe('commands on runs', () => {
  it('pause, resume, cancel, show and list a run on another host', async () => {
    // More than it can count meanwhile.
    const rows = 200;
    await steps.fill(rows);
    const { run } = await steps.run(`count --on ecs --detach ${SLOW}`);
    await working();
    expect(await steps.admin(`pause ${run.id}`)).toMatchObject({ code: 0, stdout: `Run ${run.id} is pausing\n` });
    const paused = await settled();
    expect(paused).toMatchObject({ id: run.id, status: 'paused', leg: 1 });
    expect(paused.matched).toBeLessThan(rows);
    await steps.run(`resume ${run.id} --detach`);
    await newest('a second leg works', ({ leg, status }) => leg === 2 && status === 'running');
    expect(await steps.run(`cancel ${run.id}`)).toMatchObject({ code: 0 });
    expect(await settled()).toMatchObject({ id: run.id, status: 'cancelled', leg: 2 });
    const refused = await steps.admin(`resume ${run.id}`);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('it is cancelled') });
    const shown = (await steps.admin(`show ${run.id}`)).stdout;
    for (const word of ['cancelled', 'pause', 'resume', 'began', 'ada@']) expect(shown).toContain(word);
    expect((await steps.admin('runs count')).stdout).toContain(run.id);
    expect((await steps.admin('list')).stdout).toBe('count\n');
  });
});

describe('the supervisor as a function', () => {
  beforeAll(async () => {
    const Arn = steps.functions.supervisor?.arn;
    const EventPattern = JSON.stringify({
      source: ['aws.ecs'],
      'detail-type': ['ECS Task State Change'],
      detail: { lastStatus: ['STOPPED'] },
    });
    for (const [Name, rule] of [
      ['each-minute', { ScheduleExpression: 'rate(1 minute)' }],
      ['task-stopped', { EventPattern }],
    ] as const) {
      await steps.events('PutRule', { Name, ...rule });
      await steps.events('PutTargets', { Rule: Name, Targets: [{ Id: 'supervisor', Arn }] });
    }
  });

  it('goes on each minute with a run that its function could not end in time', async () => {
    const { run } = await steps.run(`count --on lambda --detach ${SLOW}`);
    await newest('its deadline has ended the first leg', ({ status }) => status === 'interrupted');
    for (let leg = 2; (await steps.store.get(run.id)).status === 'interrupted'; leg += 1) {
      steps.local.clock.advance(60_000);
      const next = await newest('the next leg has ended', (one) => one.leg === leg && one.status !== 'running');
      expect(next).toMatchObject({ id: run.id, leg });
    }
    const ended = await steps.store.get(run.id);
    expect(ended).toMatchObject({ status: 'succeeded', matched: ROWS, host: 'lambda steps-dev-count' });
    expect(ended.leg).toBeGreaterThanOrEqual(2);
    expect(await history(run.id)).toContain('launched by supervisor: on lambda, leg 2, try 1');
    // A leg that its deadline ends stops behind a record: nothing is done twice.
    expect(await steps.counts()).toEqual(once);
  });

  it('goes on at once with a run whose ECS task has stopped', async () => {
    const { run } = await steps.run(`count --on ecs --detach ${SLOW}`);
    await stopTask(await working());
    expect(await settled()).toMatchObject({ id: run.id, status: 'succeeded', leg: 2, matched: ROWS });
    expect(await history(run.id)).toContain('launched by supervisor: on ecs, leg 2, try 1');
    expect(await steps.counts()).toEqual(once);
  });
});

describe('a service with tasks', () => {
  it("goes on with runs that are no other host's, and stops behind a record when it drains", async () => {
    const entry = steps.start(`count ${SLOW} --json`);
    const { id } = await working();
    entry.child.kill('SIGTERM');
    await entry.exited;
    expect(await steps.store.get(id)).toMatchObject({ status: 'interrupted', leg: 1, on: 'here' });

    const service = () => runEntry(`${import.meta.dirname}/fixtures/steps/service.ts`, [], { ...steps.env, PORT: '0' });
    const first = service();
    const { matched } = await newest('the service works on it', (run) => run.leg === 2 && run.matched > 0);
    first.child.kill('SIGTERM');
    expect(await first.exited, first.stdout()).toEqual({ code: 0, signal: null });
    const left = await steps.store.get(id);
    expect(left).toMatchObject({ status: 'interrupted', leg: 2 });
    expect(left.matched).toBeGreaterThanOrEqual(matched);

    const second = service();
    expect(await settled()).toMatchObject({ id, status: 'succeeded', leg: 3, matched: ROWS });
    second.child.kill('SIGTERM');
    expect(await second.exited, second.stdout()).toEqual({ code: 0, signal: null });
    expect(await steps.counts()).toEqual(once);
  });
});

describe('one task', () => {
  it('leaves equal records on a laptop, as a function and as an ECS task', async () => {
    const places = ['here', 'lambda', 'ecs'];
    const records: RunRecord[] = [];
    const failures: object[][] = [];
    for (const place of places) {
      await steps.fill(ROWS);
      const { run } = await steps.run(`count --on ${place} --fail row-004`);
      records.push(run);
      const failed: object[] = [];
      for await (const { position, value, error } of steps.store.failures(run.id)) {
        failed.push({ position, value, error });
      }
      failures.push(failed);
    }
    expect(records.map(({ on }) => on)).toEqual(places);
    /** Everything but the place, ids, times, and the numbers of tokens and writes. */
    const equal = (record: RunRecord) => {
      const own = ['id', 'on', 'host', 'correlationId', 'fence', 'version', 'durationMs'];
      const times = ['enqueuedAt', 'startedAt', 'endedAt'];
      const progress = record.progress.map(({ fence: _, ...rest }) => rest);
      const entries = Object.entries({ ...record, progress });
      return Object.fromEntries(entries.filter(([name]) => !own.includes(name) && !times.includes(name)));
    };
    const [here, ...others] = records.map(equal);
    for (const other of others) expect(other).toEqual(here);
    expect(here).toMatchObject({ status: 'succeeded', matched: ROWS, failed: 1, leg: 1, params: { fail: 'row-004' } });
    expect(failures[0]).toHaveLength(1);
    for (const other of failures) expect(other).toEqual(failures[0]);
  });
});
