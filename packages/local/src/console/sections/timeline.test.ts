import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAwsClient } from '../../client/aws-client.ts';
import { createItemImages } from '../../core/item-images.ts';
import { createMessageMemory } from '../../core/message-memory.ts';
import type { LocalAws } from '../../start.ts';
import { startEndpoint } from '../../start.ts';
import { createLogMemory } from '../log-memory.ts';
import type { ConsoleContext } from '../section.ts';
import { timelineSection } from './timeline.ts';

const REGION = 'eu-west-1';
const ID = 'c-1';
const logs = createLogMemory();
const images = createItemImages();
const messages = createMessageMemory();

let aws: LocalAws;
let context: ConsoleContext;

/** A call of the component `orders`, as the app makes it. */
async function call(service: string, target: string, input: object): Promise<void> {
  const answer = await fetch(aws.url, {
    method: 'POST',
    headers: {
      'x-amz-target': target,
      'content-type': 'application/x-amz-json-1.0',
      'user-agent': 'md/component#orders',
      authorization: `AWS4-HMAC-SHA256 Credential=local/20261130/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  expect(answer.status, await answer.text()).toBe(200);
}
const write = (operation: string, input: object) => call('dynamodb', `DynamoDB_20120810.${operation}`, input);

beforeAll(async () => {
  aws = await startEndpoint({}, { images, messages });
  const client = createAwsClient({
    endpoint: aws.url,
    region: REGION,
    credentials: { accessKeyId: 'console', secretAccessKey: 'local' },
  });
  for (const QueueName of ['requests', 'requests-dead-letter']) await client.json('sqs', 'CreateQueue', { QueueName });
  await client.json('dynamodb', 'CreateTable', {
    TableName: 'orders',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  context = {
    aws,
    client,
    region: REGION,
    stage: 'dev',
    logs,
    images,
    messages,
    manifest: () => ({ app: 'shop', components: [], resources: [], config: { parameters: [], secrets: [] } }),
    signalApp: undefined,
    runs: undefined,
    sessions: undefined,
  };
});
afterAll(() => aws.close());

const log = (message: string) =>
  logs.add(
    'service',
    JSON.stringify({
      timestamp: new Date(aws.clock.now()).toISOString(),
      level: 'INFO',
      message,
      component: 'orders',
      correlation_id: ID,
    }),
  );

async function timeline(id: string) {
  const request = { rest: [], search: new URLSearchParams({ id }) };
  const data = await timelineSection.read(context, request);
  return { steps: data.steps, text: timelineSection.render(data, request).text };
}

it('shows the rows before and after each write, under its call', async () => {
  log('begins');
  const Key = { id: { S: 'o-1' } };
  await write('PutItem', { TableName: 'orders', Item: { ...Key, total: { N: '5' } } });
  await write('UpdateItem', {
    TableName: 'orders',
    Key,
    UpdateExpression: 'SET note = :note',
    ExpressionAttributeValues: { ':note': { S: '<late>' } },
  });
  await write('TransactWriteItems', {
    TransactItems: [
      { Delete: { TableName: 'orders', Key } },
      { Put: { TableName: 'orders', Item: { id: { S: 'o-2' }, text: { S: 'x'.repeat(20_000) } } } },
    ],
  });
  await write('GetItem', { TableName: 'orders', Key });
  log('ends');
  const { steps, text } = await timeline(ID);
  const first = { id: 'o-1', total: 5 };
  const second = { ...first, note: '<late>' };
  expect(steps.filter(({ where }) => where === 'call').map(({ what, rows }) => [what, rows])).toEqual([
    ['dynamodb PutItem', [{ table: 'orders', before: undefined, after: first }]],
    ['dynamodb UpdateItem', [{ table: 'orders', before: first, after: second }]],
    [
      'dynamodb TransactWriteItems',
      [
        { table: 'orders', before: second, after: undefined },
        { table: 'orders', before: undefined, after: expect.stringMatching(/^20\d{3} bytes, too large to keep$/) },
      ],
    ],
    ['dynamodb GetItem', undefined],
  ]);
  expect(text).toContain('<dt>orders before</dt><dd>no row</dd>');
  expect(text).toContain('&lt;late&gt;');
  expect(text).not.toContain('<late>');
});

it('shows the messages that have the id, in every queue', async () => {
  const send = (queue: string, id: string, body: string) =>
    context.client.json('sqs', 'SendMessage', {
      QueueUrl: `${aws.url}/123456789012/${queue}`,
      MessageBody: body,
      MessageAttributes: { correlationId: { DataType: 'String', StringValue: id } },
    });
  await send('requests', 'c-2', '{"name":"Ada"}');
  await send('requests', 'c-3', '{"name":"Grace"}');
  await send('requests-dead-letter', 'c-2', 'x'.repeat(20_000));
  const { steps, text } = await timeline('c-2');
  expect(steps.map(({ where, component, what }) => [where, component, what])).toEqual([
    ['message', 'requests', 'in the queue, visible'],
    ['message', 'requests-dead-letter', 'in the queue, visible'],
  ]);
  expect(text).toContain('&quot;name&quot;: &quot;Ada&quot;');
  expect(text).not.toContain('Grace');
  expect(steps[1]?.body).toHaveLength(16 * 1024 + 3);
});

it('shows a message after it was handled, once, and one that was moved away', async () => {
  const QueueUrl = `${aws.url}/123456789012/requests`;
  const correlationId = { DataType: 'String', StringValue: 'c-4' };
  for (const body of ['{"name":"Lin"}', '<b>']) {
    const message = { QueueUrl, MessageBody: body, MessageAttributes: { correlationId } };
    await context.client.json('sqs', 'SendMessage', message);
  }
  await context.client.json('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
  const received = await context.client.json('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  const bodies = (steps: ReadonlyArray<{ what: string; body?: string }>) => steps.map(({ what, body }) => [what, body]);
  expect(bodies((await timeline('c-4')).steps).sort()).toEqual([
    ['in the queue, in flight', '<b>'],
    ['in the queue, in flight', '{"name":"Lin"}'],
  ]);
  const Messages = received.Messages as Array<{ Body: string; ReceiptHandle: string }>; // AWS's model
  const ReceiptHandle = Messages.find(({ Body }) => Body.includes('Lin'))?.ReceiptHandle;
  await context.client.json('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });
  await context.client.json('sqs', 'PurgeQueue', { QueueUrl });
  const { steps, text } = await timeline('c-4');
  // Both were received in one call.
  expect(bodies(steps).sort()).toEqual([
    ['received, then deleted', '{"name":"Lin"}'],
    ['received, then left the queue undeleted', '<b>'],
  ]);
  const deleted = steps.find(({ what }) => what === 'received, then deleted');
  expect(deleted?.detail).toMatch(/^received 2 times, deleted \d+ ms after the last$/);
  expect(text).toContain('&lt;b&gt;');
});
