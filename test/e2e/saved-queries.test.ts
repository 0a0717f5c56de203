import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { sqs } from '@twelvefold/aws';
import { TwelveFactorApp, TwelveFactorMonitoring } from '@twelvefold/cdk';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { manifest } from '../../examples/orders/manifest.ts';
import { ordersApp } from '../../infra/app.ts';
import { createClient } from '../parity/client.ts';
import type { OrdersApp } from '../support/orders-app.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import { until } from '../support/until.ts';

/** The queries that the monitoring saves, by the end of their names. */
function savedQueries(): ReadonlyMap<string, string> {
  const { stack } = ordersApp(manifest, { validate: false });
  const app = stack.node.findChild('App');
  if (!(app instanceof TwelveFactorApp)) throw new Error('the stack has no app');
  new TwelveFactorMonitoring(stack, 'Monitoring', { app });
  const found = Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition');
  return new Map(
    Object.values(found).map(({ Properties: { Name, QueryString } }) => [
      String(Name['Fn::Sub']).split('/').at(-1) ?? '',
      String(QueryString),
    ]),
  );
}

/**
 * Makes lines of each kind: requests, a request that is refused, and a message that fails for good.
 */
async function exercise(app: OrdersApp): Promise<string> {
  const client = createClient(app);
  await client.send('POST', '/sessions', { body: { userId: 'ada' } });
  const order = { sku: 'keyboard', quantity: 1, unitPriceCents: 100 };
  const placed = await client.send('POST', '/orders', {
    body: order,
    headers: { 'idempotency-key': 'query', 'x-correlation-id': 'corr-of-the-order' },
  });
  const { orderId } = placed.body as { orderId: string };
  await until(
    'the order is notified',
    () => client.send('GET', `/orders/${orderId}`),
    ({ body }) => (body as { status?: string }).status === 'notified',
  );
  const QueueUrl = app.physicalId('AWS::SQS::Queue', '-orders');
  await app.aws.call(sqs, 'SendMessage', { QueueUrl, MessageBody: 'poison' }, { access: 'write' });
  await until(
    'the message has failed',
    async () => app.lines().some((line) => line.includes('"kind":"message"') && line.includes('"level":"ERROR"')),
    (failed) => failed,
  );
  return 'corr-of-the-order';
}

it('finds real lines of each kind by the queries that are saved', async () => {
  await using app = await startOrdersApp({ host: 'functions' });
  const correlationId = await exercise(app);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const logs = new CloudWatchLogs({ endpoint: app.endpoint.url, region: 'eu-west-1', credentials });
  const names = { logGroupName: '/aws/lambda/orders', logStreamName: 'one' };
  await logs.createLogGroup({ logGroupName: names.logGroupName });
  await logs.createLogStream(names);
  const now = Date.now();
  const logEvents = app.lines().map((message, index) => ({ timestamp: now - 60_000 + index, message }));
  for (let at = 0; at < logEvents.length; at += 1_000) {
    await logs.putLogEvents({ ...names, logEvents: logEvents.slice(at, at + 1_000) });
  }
  const rowsOf = async (queryString: string) => {
    const times = { startTime: Math.floor(now / 1_000) - 3_600, endTime: Math.floor(now / 1_000) + 60 };
    const { queryId } = await logs.startQuery({ logGroupName: names.logGroupName, queryString, ...times });
    const { results = [], status } = await logs.getQueryResults({ queryId });
    expect(status).toBe('Complete');
    return results.map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
  };
  const queries = savedQueries();
  expect([...queries.keys()].sort()).toEqual([
    'errors',
    'errors by component',
    'failed messages',
    'one correlation id',
    'requests by path',
    'slow requests',
  ]);
  const query = (name: string) => queries.get(name) ?? '';

  const requests = await rowsOf(query('requests by path'));
  expect(requests).toContainEqual(expect.objectContaining({ 'http.method': 'POST', 'http.path': '/orders' }));
  // No request takes a second here: the field is what is tried.
  const slow = await rowsOf(query('slow requests').replace('> 1000', '> 0'));
  expect(slow[0]).toMatchObject({ component: 'http', 'http.duration_ms': expect.stringMatching(/^[\d.]+$/) });
  const one = await rowsOf(query('one correlation id').replace('put the id here', correlationId));
  expect(new Set(one.map(({ component }) => component))).toEqual(new Set(['http', 'orders', 'notifications']));
  const failed = await rowsOf(query('failed messages'));
  expect(failed[0]).toMatchObject({ component: 'orders', message_id: expect.any(String) });
  const errors = await rowsOf(query('errors'));
  expect(errors[0]).toMatchObject({ level: 'ERROR', component: 'orders' });
  const byComponent = await rowsOf(query('errors by component'));
  expect(byComponent[0]).toMatchObject({ component: 'orders', errors: expect.stringMatching(/^[1-9]/) });
});
