import type { LaunchedTask, LocalAws } from '@twelvefold/local';
import { launchTask, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provisionStage } from '../../examples/orders/local/provision-stage.ts';
import { createGate } from '../support/create-gate.ts';
import { jsonLines } from '../support/json-lines.ts';
import type { RunningEntry } from '../support/run-entry.ts';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';

const ACCESS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const API_KEY = 'example-api-key-not-real-0000';

let aws: LocalAws;
const started: RunningEntry[] = [];
beforeEach(async () => {
  aws = await startLocalAws();
});
afterEach(async () => {
  for (const entry of started.splice(0)) {
    entry.child.kill('SIGKILL');
    await entry.exited;
  }
  await aws.close();
});

function start(env: Record<string, string> = {}): RunningEntry {
  const deployed = { ...ACCESS, AWS_ENDPOINT_URL: aws.url, TWELVEFOLD_STAGE: 'dev', PORT: '0' };
  const entry = runEntry('examples/orders/dist/ecs.js', [], { ...deployed, ...env });
  started.push(entry);
  return entry;
}

/** Holds every call of an operation of DynamoDB until the faults are cleared. */
const hold = (operation: string) => aws.faults.add({ service: 'dynamodb', operation, kind: 'hold' });

/** Resolves when a call is held: the request or message that makes it is in flight. */
const held = () =>
  until(
    'a call is held',
    () => aws.faults.list()[0]?.struck ?? 0,
    (struck) => struck > 0,
  );

const provisioned = () => provisionStage({ env: ACCESS, endpoint: aws.url, stage: 'dev' });

async function urlOf(entry: RunningEntry): Promise<string> {
  const port = await until(
    'the service listens',
    () => jsonLines(entry.stdout()).find(({ message }) => String(message).startsWith('listening on port'))?.port,
    (found) => found !== undefined,
  );
  return `http://127.0.0.1:${port}`;
}

/** The status of a GET, 0 while nothing listens. */
async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url)).status;
  } catch {
    return 0;
  }
}

const becomes = (url: string, status: number) =>
  until(
    `${url} answers ${status}`,
    () => statusOf(url),
    (seen) => seen === status,
  );

const reportOf = (entry: RunningEntry) =>
  jsonLines(entry.stdout()).find(({ message }) => message === 'shutdown report')?.shutdown;

describe('the service entry', () => {
  it('finds its bindings in Parameter Store, becomes ready, and drains on SIGTERM with a report and exit code 0', async () => {
    await provisioned();
    const entry = start();
    const url = await urlOf(entry);
    await becomes(`${url}/health/ready`, 200);

    const session = await fetch(`${url}/sessions`, { method: 'POST', body: '{"userId":"ada"}' });
    const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    // A request that is being answered when the signal comes.
    hold('BatchGetItem');
    const slow = fetch(`${url}/me`, { headers: { cookie } });
    await held();
    entry.child.kill('SIGTERM');
    await becomes(`${url}/health/ready`, 503);
    expect(await statusOf(`${url}/health/live`)).toBe(200);
    aws.faults.clear();
    expect((await slow).status).toBe(200);

    expect(await entry.exited).toEqual({ code: 0, signal: null });
    expect(reportOf(entry)).toMatchObject({ reason: 'SIGTERM', abandoned: [], forced: false });
    expect(entry.stdout()).not.toContain(API_KEY);
  });

  it('lists every fault of config and bindings at once and exits 78 before the port opens, showing no value', async () => {
    const faulty = { PRICING_TAX_RATE: 'a-lot-of-money', PAYMENTS_API_KEY: 'too-short-secret' };
    const malformed = { TWELVEFOLD_NOTIFICATIONS_URL: 'no-url-at-all', TWELVEFOLD_EVENTS_ARN: 'no-arn-at-all' };
    const entry = start({ ...faulty, ...malformed, TWELVEFOLD_ORDERS_URL: `${aws.url}/1/orders` });
    expect(await entry.exited).toEqual({ code: 78, signal: null });
    const output = entry.stdout() + entry.stderr();
    const named = ['pricing.taxRate', 'PRICING_TAX_RATE', 'payments.apiKey', 'orders/dev/payments/apiKey'];
    for (const name of [...named, 'TWELVEFOLD_TABLE_NAME', '/orders/dev/bindings/table'])
      expect(output).toContain(name);
    for (const name of Object.keys(malformed)) expect(output).toContain(`${name} is not the `);
    for (const value of Object.values({ ...faulty, ...malformed })) expect(output).not.toContain(value);
    expect(output).not.toContain('listening on port');
  });

  it('says that the stage is missing, and exits 78', async () => {
    const entry = start({ TWELVEFOLD_STAGE: '' });
    expect((await entry.exited).code).toBe(78);
    expect(entry.stdout()).toContain('TWELVEFOLD_STAGE: it is not set');
  });

  it('names an endpoint that is down, tries again, and starts when it is back', async () => {
    await provisioned();
    const gate = await createGate(aws.port);
    const entry = start({ AWS_ENDPOINT_URL: gate.url });
    await until(
      'it says what is wrong',
      () => entry.stdout(),
      (text) => /trying again in \d+ ms/.test(text),
    );
    expect(entry.stdout()).toContain(`${gate.url} is unreachable`);
    await gate.open();
    await becomes(`${await urlOf(entry)}/health/ready`, 200);
  });

  it('prints that its port is taken and what to do, and exits 1', async () => {
    await provisioned();
    const first = start();
    const taken = new URL(await urlOf(first)).port;
    const entry = start({ PORT: taken });
    expect((await entry.exited).code).toBe(1);
    expect(entry.stdout()).toContain('set PORT to a free one');
  });

  it('is forced by a second signal, says what it abandoned, and exits 1', async () => {
    await provisioned();
    const entry = start();
    const url = await urlOf(entry);
    await becomes(`${url}/health/ready`, 200);
    hold('PutItem');
    const hanging = fetch(`${url}/sessions`, { method: 'POST', body: '{"userId":"ada"}' }).catch(() => undefined);
    await held();
    entry.child.kill('SIGTERM');
    await becomes(`${url}/health/ready`, 503);
    entry.child.kill('SIGTERM');
    expect(await entry.exited).toEqual({ code: 1, signal: null });
    // Consumers are abandoned with it when they were still ending their polls.
    expect(reportOf(entry)).toMatchObject({ forced: true, abandoned: expect.arrayContaining(['drain http http']) });
    await hanging;
  });
});

describe('the service entry as an ECS task', () => {
  /** A task with its own ECS agent: its metadata, and its requests for scale-in protection. */
  async function launch(command: readonly [string, ...string[]], env: Record<string, string>) {
    const lines: string[] = [];
    const task = await launchTask({
      command,
      cwd: '.',
      region: ACCESS.AWS_REGION,
      family: 'orders-dev',
      port: 0,
      env: { ...ACCESS, AWS_ENDPOINT_URL: aws.url, TWELVEFOLD_STAGE: 'dev', ...env },
      onOutput: ({ line }) => lines.push(line),
    });
    tasks.push(task);
    await task.waitUntilReady('/health/ready');
    return { task, url: task.url ?? '', lines, output: () => lines.join('\n') };
  }
  const tasks: LaunchedTask[] = [];
  afterEach(async () => {
    for (const task of tasks.splice(0)) await task.kill();
  });

  it('says which task it is, and is protected from scale-in while it handles a message', async () => {
    await provisioned();
    const { task, url, output } = await launch(['node', 'examples/orders/dist/ecs.js'], {
      TWELVEFOLD_TASK_PROTECTION: 'on',
    });
    expect(task.protected()).toBe(false);

    hold('TransactWriteItems');
    const session = await fetch(`${url}/sessions`, { method: 'POST', body: '{"userId":"ada"}' });
    const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const token = session.headers.get('x-csrf-token') ?? '';
    const order = JSON.stringify({ sku: 'book', quantity: 1, unitPriceCents: 100 });
    expect(
      (
        await fetch(`${url}/orders`, {
          method: 'POST',
          body: order,
          headers: { cookie, 'sec-fetch-site': 'same-origin', 'x-csrf-token': token },
        })
      ).status,
    ).toBe(202);
    await until(
      'the task is protected',
      () => task.protected(),
      (isProtected) => isProtected,
    );
    // What people are shown of a consumer, while the message is in flight.
    const health = (await (await fetch(`${url}/health`)).json()) as { resources: Array<Record<string, unknown>> };
    expect(health.resources.find(({ resource }) => resource === 'consumer orders')).toEqual({
      resource: 'consumer orders',
      ok: true,
      details: {
        polling: true,
        lastReceiveMs: expect.any(Number),
        receiveFailures: 0,
        handled: 0,
        failed: 0,
        inFlight: 1,
        oldestInFlightMs: expect.any(Number),
        lagMs: expect.any(Number),
      },
    });

    aws.faults.clear();
    expect((await task.stop()).code).toBe(0);
    const lines = jsonLines(output());
    const protectedTask = { task_id: task.taskArn.split('/').at(-1), task_family: 'orders-dev', cluster: 'local' };
    expect(lines.find(({ message }) => message === 'order placed')).toMatchObject({
      ...protectedTask,
      task_revision: '1',
      availability_zone: expect.any(String),
      cpu_limit: expect.any(Number),
      memory_limit_mib: expect.any(Number),
    });
    const report = lines.find(({ message }) => message === 'shutdown report')?.shutdown;
    expect(report).toMatchObject({ reason: 'SIGTERM', abandoned: [], openHandles: {} });
  });

  it('answers for its health on the port although it has no HTTP front, and says that its stop timeout is none', async () => {
    await provisioned();
    const { task, url, output } = await launch(['node', 'test/e2e/fixtures/consumer-only/main.ts'], {
      NODE_OPTIONS: '--conditions=@twelvefold/source',
      TWELVEFOLD_STOP_TIMEOUT_MS: '30s',
    });
    expect(await statusOf(`${url}/orders`)).toBe(404);
    expect(output()).toContain('TWELVEFOLD_STOP_TIMEOUT_MS is \\"30s\\"');
    expect((await task.stop()).code).toBe(0);
  });

  it('exits with 78 when a component that the infrastructure places here is missing, and names it', async () => {
    await provisioned();
    const entry = start({ TWELVEFOLD_COMPONENTS: 'http,orders,notifications,invoices' });
    expect(await entry.exited).toMatchObject({ code: 78 });
    expect(entry.stdout() + entry.stderr()).toContain('TWELVEFOLD_COMPONENTS places invoices here');
  });

  it('warns of a component that the infrastructure does not place here', async () => {
    await provisioned();
    const entry = start({ TWELVEFOLD_COMPONENTS: 'http, orders' });
    await urlOf(entry);
    expect(entry.stdout()).toContain('notifications run here, but TWELVEFOLD_COMPONENTS does not place them here');
  });
});
