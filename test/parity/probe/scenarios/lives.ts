import { join } from 'node:path';
import { dynamodb, sqs, ssm } from '@twelvefold/aws';
import type { ShutdownReport } from '@twelvefold/lifecycle/internal';
import { expect } from 'vitest';
import { jsonLines } from '../../../support/json-lines.ts';
import { runEntry } from '../../../support/run-entry.ts';
import type { RunningApp } from '../../../support/start-app.ts';
import { until } from '../../../support/until.ts';
import { createClient } from '../../client.ts';
import { isShared } from '../../intended-differences.ts';
import { fieldsOf, linesOf } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';
import { TOKEN } from '../start-probe.ts';

const TEN_MINUTES_MS = 10 * 60_000;
/** The jobs queue's default, and a sixth of it: the function's. */
const VISIBILITY_MS = 31_000;
/**
 * For a second delivery: longer than that, should a function that gets it not have started in time.
 */
const PATIENCE_MS = 60_000;
const FUNCTION_TIMEOUT_MS = 5_000;
/** Of the jobs queue. */
const MAX_RECEIVES = 3;
/** Of each function on managed instances, as the app is started here. */
const WORKERS = 2;
/** The timeout of the probe's HTTP component. */
const HTTP_TIMEOUT_MS = 4_000;
/** The time for which a service on ECS goes on accepting after SIGTERM. */
const LINGER_MS = 2_000;

async function putRow(app: RunningApp, id: string): Promise<void> {
  const TableName = app.physicalId('AWS::DynamoDB::Table', '-rows');
  await app.aws.call(dynamodb, 'PutItem', { TableName, Item: { id } }, { access: 'write' });
}

async function getRow(app: RunningApp, id: string): Promise<Record<string, unknown> | undefined> {
  const input = { TableName: app.physicalId('AWS::DynamoDB::Table', '-rows'), Key: { id }, ConsistentRead: true };
  return (await app.aws.call(dynamodb, 'GetItem', input, { access: 'read' })).Item;
}

async function leftInQueue(app: RunningApp): Promise<string> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const input = { QueueUrl: app.physicalId('AWS::SQS::Queue', '-jobs'), AttributeNames: names };
  const { Attributes = {} } = await app.aws.call(sqs, 'GetQueueAttributes', input as never, { access: 'read' });
  return names.map((name) => Attributes[name as never]).join();
}

const complaints = (app: RunningApp) =>
  jsonLines(app.lines().join('\n'))
    .filter(({ level }) => level === 'ERROR' || level === 'CRITICAL')
    .map(({ message }) => message);

/**
 * Waits until no worker of the HTTP function is still starting: what breaks a start is another
 * scenario.
 */
async function settled(app: RunningApp): Promise<void> {
  if (app.host !== 'workers') return;
  const ready = () =>
    jsonLines(app.lines().join('\n')).filter(
      ({ message, function_name }) => message === 'environment ready' && String(function_name).endsWith('-http'),
    );
  await until(
    'both workers are ready',
    () => ready().length,
    (count) => count >= WORKERS,
  );
}

/** Asks, and hangs up once the handler holds. */
async function hangUp(app: RunningApp, path: string, correlationId: string): Promise<void> {
  const gone = new AbortController();
  const headers = { 'x-correlation-id': correlationId };
  const asking = fetch(`${app.url}${path}`, { headers, signal: gone.signal }).catch(() => undefined);
  await linesOf(app, correlationId, { component: 'http', message: 'holding' });
  gone.abort();
  await asking;
}

/** Waits until a service has heard that it should stop. */
const linesAfterStop = (app: RunningApp) =>
  until(
    'the service drains',
    () => app.log.find('service draining'),
    (line) => line !== undefined,
  );

/** The shutdown report of a service; functions promise none. */
const reportOf = (app: RunningApp) =>
  app.host === 'service' ? (app.log.find('shutdown report')?.fields.shutdown as ShutdownReport | undefined) : undefined;

/** Each has a separate app on each host: they move its clock, break its connections and end it. */
export const LIFE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'after ten minutes of standing still, on dead connections, the next request is answered with what is true then',
    contract: { before: { each: 7 }, row: 404, after: { each: 8 }, complaints: [] },
    run: async (app) => {
      const client = createClient(app);
      const each = async () => ({ each: ((await client.send('GET', '/config')).body as { each: number }).each });
      await client.send('GET', '/rows?id=absent');
      const before = await each();
      const parameter = { Name: '/probe/test/limits/each', Value: '8', Type: 'String', Overwrite: true } as const;
      await app.aws.call(ssm, 'PutParameter', parameter, { access: 'write' });
      await settled(app);
      app.cut();
      app.passes(TEN_MINUTES_MS);
      const row = (await client.send('GET', '/rows?id=absent')).status;
      return { before, row, after: await each(), complaints: complaints(app) };
    },
  },
  {
    name: 'what is in flight when the end comes is finished: a request is answered, a message handled once',
    contract: { answer: { status: 200, body: { held: true } }, receives: 1, left: '0,0', complaints: [] },
    run: async (app) => {
      const client = createClient(app);
      const headers = { 'x-correlation-id': 'life-job' };
      await client.send('POST', '/jobs', { body: { id: 'drained', does: 'hold' }, headers });
      await linesOf(app, 'life-job', { component: 'jobs', message: 'holding' });
      const held = client.send('GET', '/hold?gate=drained', { headers: { 'x-correlation-id': 'life-request' } });
      await linesOf(app, 'life-request', { component: 'http', message: 'holding' });
      const stopped = app.launched.stop();
      await putRow(app, 'gate-drained');
      const { status, body } = await held;
      await stopped;
      const { code } = (await app.launched.task?.exited) ?? { code: 0 };
      const row = await getRow(app, 'drained');
      return {
        answer: { status, body },
        receives: row?.receives,
        left: await leftInQueue(app),
        code,
        complaints: complaints(app),
      };
    },
  },
  {
    name: 'a client that hangs up harms no other: its handler ends, the next request is answered',
    contract: { next: 200, complaints: [] },
    run: async (app) => {
      await hangUp(app, '/hold?gate=hung-up', 'life-hung-up');
      // An intended difference: a service's handler gets an abort; a function's handler works on
      // without a caller.
      if (app.host !== 'service') await putRow(app, 'gate-hung-up');
      const last = app.host === 'service' ? 'client went away before its answer' : 'request answered';
      const { http } = await fieldsOf(app, 'life-hung-up', { component: 'http', message: last });
      expect(http).toMatchObject({ status: app.host === 'service' ? 499 : 200 });
      const { status } = await createClient(app).send('GET', '/echo');
      return { next: status, complaints: complaints(app) };
    },
  },
  {
    name: 'what a client that hung up set going is finished before the end, by a handler that does not heed it',
    contract: { effects: 1, complaints: [], abandoned: [] },
    run: async (app) => {
      await hangUp(app, '/heedless?gate=heedless', 'life-heedless');
      const stopped = app.launched.stop();
      if (app.host === 'service') {
        await linesAfterStop(app);
        app.passes(LINGER_MS);
        // Nothing but the handler is left to wait for now: a service that did not would be gone
        // within these.
        let isGone = false;
        void app.launched.task?.exited.then(() => {
          isGone = true;
        });
        for (let asked = 0; asked < 5; asked += 1) await getRow(app, 'heedless');
        expect(isGone).toBe(false);
      }
      await putRow(app, 'gate-heedless');
      await stopped;
      const { code } = (await app.launched.task?.exited) ?? { code: 0 };
      return {
        effects: (await getRow(app, 'heedless'))?.effects,
        code,
        complaints: complaints(app),
        abandoned: reportOf(app)?.abandoned ?? [],
      };
    },
  },
  {
    name: 'a handler that never ends is bounded by its time although its client hung up, at the end too',
    contract: { ended: true, abandoned: [] },
    run: async (app) => {
      await hangUp(app, '/stuck', 'life-stuck');
      const stopped = app.launched.stop();
      if (app.host === 'service') await linesAfterStop(app);
      app.passes(HTTP_TIMEOUT_MS);
      await stopped;
      const { code } = (await app.launched.task?.exited) ?? { code: 0 };
      return { ended: true, code, abandoned: reportOf(app)?.abandoned ?? [] };
    },
  },
  {
    name: 'a message whose function runs out of time is given back, and handled at its next delivery',
    contract: { id: 'late', left: '0,0' },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'life-late' };
      await createClient(app).send('POST', '/jobs', { body: { id: 'late', does: 'hold' }, headers });
      await linesOf(app, 'life-late', { component: 'jobs', message: 'holding' });
      if (app.host === 'service') app.passes(FUNCTION_TIMEOUT_MS);
      else {
        app.passes(FUNCTION_TIMEOUT_MS);
        await until(
          'the message is given back',
          () => app.lines().some((line) => /time ran out for the message|comes again/.test(line)),
          (told) => told,
        );
      }
      await putRow(app, 'gate-late');
      if (app.host !== 'service') app.passes(VISIBILITY_MS);
      const row = await until(
        'it is handled',
        () => getRow(app, 'late'),
        (found) => found !== undefined,
      );
      // An intended difference: a service has no function whose time runs out, and keeps the
      // message for as long as it works on it. For the others, the jump in time may fall into a
      // separate delivery, which then comes again as well.
      const [least, most] = app.host === 'service' ? [1, 1] : [2, 3];
      expect(row?.receives).toBeGreaterThanOrEqual(least);
      expect(row?.receives).toBeLessThanOrEqual(most);
      const left = await until(
        'the queue is empty',
        () => leftInQueue(app),
        (counts) => counts === '0,0',
      );
      return { id: row?.id, left };
    },
  },
  {
    name: 'a message under which ten minutes pass comes again, takes effect once, and the next one is delivered once',
    contract: { effects: 1, took: true, left: '0,0', next: { receives: 1 } },
    run: async (app) => {
      const client = createClient(app);
      const headers = { 'x-correlation-id': 'life-lease' };
      await client.send('POST', '/jobs', { body: { id: 'lease', does: 'hold-in-transaction' }, headers });
      await linesOf(app, 'life-lease', { component: 'jobs', message: 'holding' });
      app.passes(TEN_MINUTES_MS);
      // Its lease is over: no holder may believe to have it still.
      const held = await until(
        'it is delivered again',
        () => app.log.of('life-lease').filter(({ message }) => message === 'holding').length,
        (count) => count >= 2,
        PATIENCE_MS,
      );
      await putRow(app, 'gate-lease');
      const row = await until(
        'it takes effect',
        () => getRow(app, 'lease'),
        (found) => found !== undefined,
      );
      const left = await until(
        'the queue is empty',
        async () => {
          // A handler whose lease is over cannot delete it: it comes once more, after its timeout.
          app.endpoint.clock.advance(1_000);
          return leftInQueue(app);
        },
        (counts) => counts === '0,0',
      );
      expect(held).toBeLessThanOrEqual(MAX_RECEIVES);
      await client.send('POST', '/jobs', { body: { id: 'after-lease', does: 'succeed' } });
      const next = await until(
        'the next one is handled',
        () => getRow(app, 'after-lease'),
        (found) => found !== undefined,
      );
      // Both may log it: the first handler may end before or after it learns that its lease is
      // over.
      const took = app.log.of('life-lease').some(({ message }) => message === 'effect took');
      return { effects: row?.effects, took, left, next: { receives: next?.receives } };
    },
  },
  {
    name: 'an unhandled rejection ends the process or invocation it happened in, and the next request is answered',
    contract: { said: true, next: 200 },
    run: async (app) => {
      const client = createClient(app);
      // Whether the answer still gets out depends on the host; a function's may run on into the
      // next invocation.
      await client.send('GET', '/stray').catch(() => undefined);
      if (app.host === 'service') {
        expect((await app.launched.task?.exited)?.code).toBe(1);
        await app.restart(); // as ECS would
      }
      // A function stands still between invocations: it takes some for the promise to be rejected
      // at all.
      const ask = () => client.send('GET', '/echo').then(({ status }) => status);
      await until(
        'the error is logged',
        // A worker runs on, and takes along what it is asked meanwhile until the function's
        // timeout.
        async () => (app.host === 'functions' ? await ask() : 0),
        () => app.lines().some((line) => line.includes('unhandled rejection')),
      );
      const next = await until('a request is answered again', ask, (status) => status === 200);
      return { said: true, next };
    },
  },
  {
    name: 'a task from the command line and by invoke: the same result, the same log fields, a failure without the secret',
    contract: {
      result: { total: 6, greeting: 'hello', limit: 7 },
      failed: { name: 'RangeError', message: 'cannot add with [redacted]' },
      leaks: [],
    },
    run: async (app) => {
      const well = await runSum(app, []);
      const badly = await runSum(app, ['--fail']);
      const leaks = [...app.lines(), ...well.lines, ...badly.lines].filter((line) => line.includes(TOKEN));
      return { result: well.run.result, failed: badly.run.error, logged: [shape(well), shape(badly)], leaks };
    },
  },
];

interface Ran {
  readonly run: { readonly result?: unknown; readonly error?: unknown };
  readonly lines: readonly string[];
}

/**
 * By invoke where there are functions, as a process of the task definition's environment where
 * there is a service.
 */
async function runSum(app: RunningApp, flags: readonly string[]): Promise<Ran> {
  const { sum } = app.launched.functions;
  if (sum) {
    const from = app.lines().length;
    const { payload, error } = await sum.invoke({
      task: 'sum',
      params: { numbers: [1, 2, 3], ...(flags.includes('--fail') ? { fail: true } : {}) },
    });
    if (error) throw new Error(`${error.errorType}: ${error.errorMessage}`);
    const lines = () => app.lines().slice(from);
    await until('the run is logged', lines, (found) => found.some((line) => /Task (succeeded|failed)/.test(line)));
    const { result, error: why } = payload as Ran['run'] & { error?: { name: string; message: string } };
    return { run: { result, error: why && { name: why.name, message: why.message } }, lines: lines() };
  }
  const task = app.stack.resources.find(({ type }) => type === 'AWS::ECS::TaskDefinition');
  const containers = task?.properties.ContainerDefinitions as Array<{
    Environment: Array<{ Name: string; Value: string }>;
  }>;
  const variables = Object.fromEntries((containers[0]?.Environment ?? []).map(({ Name, Value }) => [Name, Value]));
  const entry = runEntry(
    join(app.bundles, 'admin.js'),
    ['sum', '--numbers', '1', '--numbers', '2', '--numbers', '3', ...flags, '--json'],
    {
      ...variables,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: app.endpoint.url,
    },
  );
  const { code } = await entry.exited;
  expect(code).toBe(flags.includes('--fail') ? 1 : 0);
  const run = JSON.parse(entry.stdout()) as Ran['run'] & { error?: { name: string; message: string } };
  return {
    run: { result: run.result, error: run.error && { name: run.error.name, message: run.error.message } },
    lines: `${entry.stderr()}${entry.stdout()}`.split('\n'),
  };
}

/** Which lines of the task there are, and with which fields. */
function shape({ lines }: Ran) {
  return jsonLines(lines.join('\n'))
    .filter(({ component, message }) => component === 'sum' && typeof message === 'string')
    .filter(({ message }) => message === 'adding' || String(message).startsWith('Task '))
    .map((fields) => ({
      message: fields.message,
      level: fields.level,
      fields: Object.keys(fields).filter(isShared).sort(),
    }));
}
