import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrdersApp } from '../support/orders-app.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import { until } from '../support/until.ts';

let orders: OrdersApp;
beforeAll(async () => {
  orders = await startOrdersApp({ host: 'functions' });
});
afterAll(async () => {
  await orders[Symbol.asyncDispose]();
});

async function invoke(component: string, event: unknown): Promise<Record<string, unknown>> {
  const { payload, error } = (await orders.launched.functions[component]?.invoke(event)) ?? {};
  if (error || typeof payload !== 'object' || payload === null) throw new Error(JSON.stringify(error ?? payload));
  return payload as Record<string, unknown>; // narrowed on the line above
}

const BODY = JSON.stringify({ userId: 'ada' });
const REST = {
  resource: '/{proxy+}',
  path: '/sessions',
  httpMethod: 'POST',
  multiValueHeaders: { Host: ['api.example'], 'X-Correlation-Id': ['rest-1'] },
  body: BODY,
  requestContext: { domainName: 'api.example', stage: 'dev' },
};
const BALANCER = {
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1' } },
  httpMethod: 'POST',
  path: '/sessions',
  body: Buffer.from(BODY).toString('base64'),
  isBase64Encoded: true,
};

it('answers the events of every HTTP front in its own shape', async () => {
  const rest = await invoke('http', REST);
  expect(rest).toMatchObject({
    statusCode: 201,
    multiValueHeaders: { 'x-correlation-id': ['rest-1'], 'set-cookie': [expect.stringMatching(/^__Host-sid=/)] },
    isBase64Encoded: false,
  });
  expect(Object.keys(rest).sort()).toEqual(['body', 'isBase64Encoded', 'multiValueHeaders', 'statusCode']);

  const single = await invoke('http', { ...BALANCER, headers: { host: 'lb.example', 'x-correlation-id': 'lb-1' } });
  expect(single).toMatchObject({
    statusCode: 201,
    headers: { 'x-correlation-id': 'lb-1', 'set-cookie': expect.stringMatching(/^__Host-sid=/) },
  });
  expect(single).not.toHaveProperty('multiValueHeaders');

  const multi = await invoke('http', { ...BALANCER, multiValueHeaders: { host: ['lb.example'] } });
  expect(multi).toMatchObject({ statusCode: 201, multiValueHeaders: { 'set-cookie': [expect.any(String)] } });
  expect(multi).not.toHaveProperty('headers');
});

it('says what an HTTP function takes when it gets something else', async () => {
  await expect(invoke('http', { Records: [] })).rejects.toThrow(
    "the component 'http' takes HTTP events: of API Gateway, a function URL or a load balancer",
  );
});

it('runs a task for an event of EventBridge, whose detail is its parameters', async () => {
  const event = {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': 'Month closed',
    source: 'shop.books',
    account: '123456789012',
    time: '2026-01-01T00:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { since: '2026-01-01' },
  };
  expect(await invoke('recalculate-totals', event)).toMatchObject({ status: 'succeeded' });
  const lines = await until(
    'the task logged',
    () => orders.log.of(event.id),
    (found) => found.length > 0,
  );
  expect(lines[0]?.component).toBe('recalculate-totals');
});

it('ends an idle environment on SIGTERM with a report', async () => {
  await invoke('http', REST);
  await orders.launched.functions.http?.stop();
  const line = await until(
    'the environment stopped',
    () => orders.log.find('environment stopped'),
    (found) => found !== undefined,
  );
  expect(line?.fields.shutdown).toMatchObject({ reason: 'SIGTERM', budgetMs: 300, abandoned: [], forced: false });
});
