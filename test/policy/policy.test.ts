import { randomUUID } from 'node:crypto';
import { dynamodb, sqs } from '@twelvefold/aws';
import type { RecordedCall } from '@twelvefold/local';
import { describe, expect, it } from 'vitest';
import { createClient } from '../parity/client.ts';
import type { OrdersApp } from '../support/orders-app.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import { HOSTS } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { allowsOf, covers, denied } from './evaluate.ts';

const ORDER = { sku: 'keyboard', quantity: 1, unitPriceCents: 100 };

/** Uses everything that every component declares. */
async function exercise(app: OrdersApp): Promise<void> {
  const client = createClient(app);
  await client.send('POST', '/sessions', { body: { userId: 'ada' } });
  const accepted = await client.send('POST', '/orders', { body: ORDER, headers: { 'idempotency-key': 'policy' } });
  const { orderId } = accepted.body as { orderId: string };
  await until(
    'the order is notified',
    () => client.send('GET', `/orders/${orderId}`),
    ({ body }) => (body as { status?: string }).status === 'notified',
  );
  await client.send('GET', '/orders');
  await client.send('DELETE', '/sessions');
  for (const queue of ['-orders', '-notifications']) {
    const QueueUrl = app.physicalId('AWS::SQS::Queue', queue);
    await app.aws.call(sqs, 'SendMessage', { QueueUrl, MessageBody: 'poison' }, { access: 'write' });
    const deadLetters = app.physicalId('AWS::SQS::Queue', `${queue}-dead-letter`);
    await until(
      `${queue} has a dead letter`,
      () =>
        app.aws.call(sqs, 'GetQueueAttributes', { QueueUrl: deadLetters, AttributeNames: ['All'] }, { access: 'read' }),
      ({ Attributes }) => Attributes?.ApproximateNumberOfMessages === '1',
    );
  }
  // An order that is not there makes the consumer fail, and try the message again later.
  const event = { type: 'order.placed', orderId: randomUUID(), userId: 'ada', totalCents: 1 };
  const QueueUrl = app.physicalId('AWS::SQS::Queue', '-notifications');
  await app.aws.call(sqs, 'SendMessage', { QueueUrl, MessageBody: JSON.stringify(event) }, { access: 'write' });
  await until(
    'a message is retried',
    async () => app.endpoint.calls().some(({ operation }) => operation.startsWith('ChangeMessageVisibility')),
    (retried) => retried,
  );
  const task = app.launched.functions['recalculate-totals'];
  if (!task) return;
  await app.aws.call(
    dynamodb,
    'UpdateItem',
    {
      TableName: app.physicalId('AWS::DynamoDB::Table', '-orders'),
      Key: { orderId },
      UpdateExpression: 'SET totalCents = :wrong',
      ExpressionAttributeValues: { ':wrong': 1 },
    },
    { access: 'write' },
  );
  const { payload, error } = await task.invoke({ task: 'recalculate-totals', params: { since: '2020-01-01' } });
  expect(error).toBeUndefined();
  expect(payload).toMatchObject({ status: 'succeeded', result: { scanned: 1, changed: 1, dryRun: false } });
}

/** The role that the template gives a component's function, or the service. */
function roleOf(app: OrdersApp, component: string): string {
  const arn =
    component === 'service'
      ? app.stack.resources.find(({ type }) => type === 'AWS::ECS::TaskDefinition')?.properties.TaskRoleArn
      : app.stack.resources.find(({ metadata }) => metadata['twelvefold:component'] === component)?.properties.Role;
  const role = app.stack.resources.find(
    ({ type, physicalId }) => type === 'AWS::IAM::Role' && String(arn).endsWith(`/${physicalId}`),
  );
  if (!role) throw new Error(`The template gives ${component} no role`);
  return role.logicalId;
}

const COMPONENTS = ['http', 'orders', 'notifications', 'recalculate-totals'];

/** Granted actions that no run calls, each with the reason why it is granted all the same. Ten at most. */
const UNUSED: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': "Lambda's runtime creates the stream with the function's role",
  'logs:PutLogEvents': "Lambda's runtime writes standard output with the function's role",
  'sqs:ChangeMessageVisibility by orders': 'an order is retried only when DynamoDB or SNS fails',
};

describe('the roles in the template', () => {
  it('allow every call of every component on both hosts, and no action that no run calls without a reason', async () => {
    const used = new Map<string, Map<string, number>>();
    for (const host of HOSTS) {
      await using app = await startOrdersApp({ host });
      await exercise(app);
      const allows = allowsOf(app.stack);
      const calls = app.endpoint.calls();
      const byComponent = new Map<string, RecordedCall[]>();
      for (const call of calls) {
        if (call.component === undefined) continue; // provisioning, the test itself, and Lambda's own polling
        byComponent.set(call.component, [...(byComponent.get(call.component) ?? []), call]);
      }
      // Every component made calls under its own name, and nobody else did.
      const expected = host === 'service' ? ['http', 'orders', 'notifications', 'service'] : COMPONENTS;
      expect([...byComponent.keys()].sort()).toEqual([...expected].sort());

      for (const [component, own] of byComponent) {
        const roles = component === 'service' ? ['service'] : [component, ...(host === 'service' ? ['service'] : [])];
        for (const holder of roles) {
          const role = roleOf(app, holder);
          expect(
            denied(
              own,
              allows.filter((allow) => allow.role === role),
            ),
          ).toEqual([]);
        }
      }
      for (const allow of allows) {
        const name = COMPONENTS.find((component) => roleOf(app, component) === allow.role);
        if (name === undefined) continue;
        const touched = (byComponent.get(name) ?? []).flatMap((call) => call.touched);
        for (const action of allow.actions) {
          const count = touched.filter((one) => one.action === action && covers(allow, action, one.resource)).length;
          const counts = used.get(action) ?? new Map<string, number>();
          used.set(action, counts.set(name, (counts.get(name) ?? 0) + count));
        }
      }
    }
    const unused = [...used].flatMap(([action, counts]) => {
      const without = [...counts].flatMap(([name, count]) => (count === 0 ? [name] : []));
      if (without.length === counts.size) return [action];
      return without.map((name) => `${action} by ${name}`);
    });
    expect(unused.sort()).toEqual(Object.keys(UNUSED).sort());
  });

  it('would deny a call outside of uses', async () => {
    await using app = await startOrdersApp({ host: 'functions' });
    const client = createClient(app);
    await client.send('POST', '/sessions', { body: { userId: 'ada' } });
    const calls = app.endpoint.calls().filter(({ component }) => component === 'http');
    const foreign = allowsOf(app.stack).filter(({ role }) => role === roleOf(app, 'notifications'));
    expect(denied(calls, foreign)).toContainEqual(
      expect.stringMatching(
        /^http: PutItem needs dynamodb:PutItem on arn:aws:dynamodb:.*:table\/orders-test-sessions$/,
      ),
    );
  });
});
