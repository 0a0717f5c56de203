import { randomUUID } from 'node:crypto';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { dynamodb, sqs } from '@twelvefold/aws';
import type { LocalAws, RecordedCall } from '@twelvefold/local';
import { describe, expect, it } from 'vitest';
import { createClient } from '../parity/client.ts';
import type { OrdersApp } from '../support/orders-app.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import type { HostKind } from '../support/start-app.ts';
import { HOSTS } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import type { Granted } from './granted.ts';
import { denials, grantedBy, isNeeded } from './granted.ts';

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
  // An order whose event cannot be published is tried again later.
  app.endpoint.faults.add({ service: 'sns', operation: 'Publish', kind: 'error500' });
  await client.send('POST', '/orders', { body: ORDER, headers: { 'idempotency-key': 'retried' } });
  await untilRetried(app, '-orders');
  app.endpoint.faults.clear();
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
  await untilRetried(app, '-notifications');
  await untilLogged(app);
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
  const params = { since: '2020-01-01' };
  const { payload, error } = await task.invoke({ task: 'recalculate-totals', params });
  expect(error).toBeUndefined();
  expect(payload).toMatchObject({ status: 'succeeded' });
  await superviseRuns(app, params);
}

/** Starts a run as a schedule does, and looks after runs as the rule of each minute does. */
async function superviseRuns({ launched, endpoint, stack, lines }: OrdersApp, params: object): Promise<void> {
  const tick = { scheduleArn: 'arn:aws:scheduler:eu-west-1:1:schedule/a/b', scheduledTime: '2026-01-01T00:00:00Z' };
  const started = await launched.functions.supervisor?.invoke({ task: 'recalculate-totals', params, ...tick });
  expect(started?.error).toBeUndefined();
  const report = started?.payload as { readonly launched: readonly string[] } | undefined; // a SupervisorReport
  await until('the run of the supervisor has ended', lines, (written) =>
    written.some((line) => line.includes('"Task succeeded"') && line.includes(report?.launched[0] ?? 'no run')),
  );
  const rule = stack.resources.find(({ logicalId }) => logicalId === 'SupervisorEachMinute');
  if (!rule) throw new Error('The template has no rule of the supervisor');
  const { Targets, ScheduleExpression } = rule.properties as {
    readonly Targets: Array<{ Id: string; Arn: string }>;
    readonly ScheduleExpression: string;
  }; // CloudFormation's model
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const events = new EventBridgeClient({ endpoint: endpoint.url, region: 'eu-west-1', credentials });
  await events.send(new PutRuleCommand({ Name: rule.physicalId, ScheduleExpression }));
  await events.send(
    new PutTargetsCommand({ Rule: rule.physicalId, Targets: Targets.map(({ Id, Arn }) => ({ Id, Arn })) }),
  );
  const looks = () =>
    endpoint
      .calls()
      .filter(({ operation, touched }) => operation === 'Query' && touched[0]?.resource.includes('active-due')).length;
  const before = looks();
  endpoint.clock.advance(60_000);
  await until('the supervisor looks', looks, (count) => count > before);
}

const untilRetried = (app: OrdersApp, queue: string) =>
  until(
    `a message of ${queue} is retried`,
    () =>
      app.endpoint
        .calls()
        .some(
          ({ operation, touched }) =>
            operation.startsWith('ChangeMessageVisibility') && touched[0]?.resource.endsWith(queue),
        ),
    (retried) => retried,
  );

/** Every process that writes has its lines in its log group. */
const untilLogged = (app: OrdersApp) =>
  until(
    'logs are written',
    () => new Set(app.endpoint.calls({ operation: 'PutLogEvents' }).map(({ principal }) => principal)).size,
    (writers) => writers >= (app.host === 'service' ? 1 : 3),
  );

/**
 * Granted actions that no run needs, each with the reason why it is granted all the same. Ten at
 * most.
 */
const UNUSED: Readonly<Record<string, string>> = {
  'dynamodb:Query by UseRunsActiveDue':
    'of the role of the task: a service and an admin process, which look for runs, have the same access',
  'dynamodb:Query by UseRunsGroupOrder': 'likewise, where they list runs and their history',
  'ecr:BatchCheckLayerAvailability by PullImage': 'ECS pulls the image with it; there is no registry here',
  'ecr:BatchGetImage by PullImage': 'likewise',
  'ecr:GetAuthorizationToken by LogInToRegistry': 'likewise',
  'ecr:GetDownloadUrlForLayer by PullImage': 'likewise',
  'sqs:SendMessage by EventsMaySend of orders-test-notifications-dead-letter':
    'for a message that the queue refuses, which it never does here; dependencies.test.ts has the case',
  'sqs:SendMessage by KeepFailedEvents': 'for an event that the supervisor fails on, which it never does here',
};

/** A grant in words, with its resource where it is of a resource's policy. */
function written({ to, statement, action }: Granted): string {
  const sid = statement.slice(statement.lastIndexOf('/') + 1);
  return `${action} by ${sid}${to.startsWith('arn:') ? ` of ${to.split(':').at(-1)}` : ''}`;
}

describe('the permissions of the template', () => {
  it('let the app do all that it does on every host, and each of them is needed', async () => {
    expect(Object.keys(UNUSED).length).toBeLessThanOrEqual(10);
    const calls: RecordedCall[] = [];
    let granted: Granted[] = [];
    for (const host of HOSTS) {
      await using app = await startOrdersApp({ host });
      await exercise(app);
      await app.launched.stop();
      expect(denials(app.endpoint.calls()), host).toEqual([]);
      granted = grantedBy(app.stack);
      calls.push(...app.endpoint.calls());
    }
    expect(granted.length).toBeGreaterThan(40);
    const unused = granted.filter((one) => !isNeeded(one, calls)).map(written);
    expect([...new Set(unused)].sort()).toEqual(Object.keys(UNUSED).sort());
  });

  it('deny a call outside of uses, and the app answers with an error', async () => {
    const remove = withoutAction({ to: 'HttpFunctionRole', statement: 'uses/UseSessions', action: 'dynamodb:PutItem' });
    await using app = await startOrdersApp({ host: 'functions', prepare: remove });
    const client = createClient(app);
    expect((await client.send('POST', '/sessions', { body: { userId: 'ada' } })).status).toBe(500);
    expect(denials(app.endpoint.calls())).toEqual([
      expect.stringMatching(
        /:assumed-role\/.*HttpFunctionRole.*: dynamodb:PutItem on arn:aws:dynamodb:.*:table\/orders-test-sessions$/,
      ),
    ]);
  });
});

/** Takes an action out of a role's policy, before the app starts. */
function withoutAction({ to, statement, action }: Granted): (endpoint: LocalAws) => Promise<void> {
  const [PolicyName = '', sid] = statement.split('/');
  return async (endpoint) => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const iam = new IAMClient({ endpoint: endpoint.url, region: 'eu-west-1', credentials });
    const RoleName = to.startsWith('orders-') ? to : `orders-test-${to}`;
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    const document = JSON.parse(decodeURIComponent(PolicyDocument));
    for (const one of document.Statement) {
      // No statement is without an action.
      if (one.Sid === sid) one.Action = [...[one.Action].flat().filter((name) => name !== action), 'none:None'];
    }
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }));
  };
}

/** Whether the app is denied something, or does not start, without a permission. */
async function fails(granted: Granted, host: HostKind): Promise<boolean> {
  let app: OrdersApp;
  try {
    app = await startOrdersApp({ host, prepare: withoutAction(granted) });
  } catch {
    return true;
  }
  const isDenied = () => denials(app.endpoint.calls()).length > 0;
  try {
    // What fails for want of the permission is not waited for.
    const exercised = exercise(app).then(
      () => 'done',
      () => 'failed',
    );
    await Promise.race([exercised, until('a call is denied', isDenied, (denied) => denied).catch(() => {})]);
    // Lines of the last function are written when it stops.
    if (!isDenied()) await app.launched.stop();
    return isDenied();
  } finally {
    await app[Symbol.asyncDispose]();
  }
}

describe('without one permission of a role', () => {
  it('the app fails, whichever it is', async () => {
    let granted: Granted[];
    {
      await using app = await startOrdersApp({ host: 'functions' });
      granted = grantedBy(app.stack).filter(
        (one) => !one.to.startsWith('arn:') && !Object.hasOwn(UNUSED, written(one)),
      );
    }
    // `npm run verify` takes each away; here the counts above stand for the others.
    const taken = process.env.TWELVEFOLD_VERIFY ? granted : granted.filter((_, index) => index % 20 === 0);
    const survived: string[] = [];
    for (const one of taken) {
      if (!(await fails(one, one.to.includes('Service') ? 'service' : 'functions')))
        survived.push(`${written(one)} of ${one.to}`);
    }
    expect(survived).toEqual([]);
  }, 3_600_000);
});
