import { deadlineIn } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { expect, it } from 'vitest';
import { DEAD_LETTER_URL, orderedOrders, ordersConsumer, received } from '../../testing/orders-consumer.ts';
import { awsFailure } from '../../testing/sqs-model.ts';
import { Drop } from '../drop.ts';
import { Poison } from '../poison.ts';
import type { MessageInfo, ReceivedMessage } from '../port.ts';
import { Retry } from '../retry.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:shop-test-order-events';
const SENT_AT = '1520621625029';
const pushed = (body: string, over: Partial<ReceivedMessage> = {}) =>
  received(body, { receiptHandle: '', attributes: { SentTimestamp: SENT_AT }, topicArn: TOPIC, ...over });
const source = 'topic' as const;

it('reaches the handler as a first receive, in the flow of its attributes, with the invocation as its lease', async () => {
  const seen: Array<{ message: unknown; info: MessageInfo; lease: number; scope: Scope }> = [];
  const { consumer, clock, emitted } = ordersConsumer(async (message, info, scope) => {
    await clock.sleep(1_000);
    seen.push({ message, info, lease: info.leaseRemaining(), scope });
  });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const xrayTraceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793';
  const messageAttributes = { correlationId: 'c-42', traceparent, xrayTraceHeader, correlationSampled: '1' };
  const done = consumer.handleBatch([pushed('{"n":7}', { messageAttributes })], {
    source,
    deadline: deadlineIn(9_000, clock),
  });
  await clock.advance(1_000);
  expect(await done).toEqual({ failedMessageIds: [] });
  expect(seen).toMatchObject([
    {
      message: { n: 7, quantity: 1 },
      info: { messageId: 'm-1', receiveCount: 1, sentAtMs: Number(SENT_AT), attributes: messageAttributes },
      lease: 8_000,
      scope: {
        kind: 'message',
        component: 'orders',
        correlationId: 'c-42',
        trace: { traceparent, xray: xrayTraceHeader },
        sampled: true,
      },
    },
  ]);
  expect(emitted('received')).toMatchObject([{ count: 1 }]);
  expect(emitted('handled')).toMatchObject([{ messageId: 'm-1', correlationId: 'c-42', receiveCount: 1 }]);
});

it.each([
  ['Retry', new Retry('30s')],
  ['any other error', new Error('no luck')],
])('%s is reported, to come again when Lambda says, and SQS is not asked', async (_name, error) => {
  const { consumer, aws, emitted } = ordersConsumer(async ({ n }) => {
    if (n === 1) throw error;
  });
  const records = [pushed('{"n":0}'), pushed('{"n":1}', { messageId: 'm-2' })];
  expect(await consumer.handleBatch(records, { source })).toEqual({ failedMessageIds: ['m-2'] });
  expect(emitted('retried')).toMatchObject([{ messageId: 'm-2', delayMs: 60_000, error }]);
  expect(aws.calls).toEqual([]);
});

it.each([
  ['Poison', '{"n":1}', 'broken'],
  ['what does not fit the schema', '{"n":"one"}', /^n: /],
  ['what is no JSON', 'Hello from SNS!', /not JSON/],
])('%s goes to the dead-letter queue with its attributes, and is done', async (_name, body, reason) => {
  const { consumer, aws, emitted } = ordersConsumer(async () => {
    throw new Poison('broken');
  });
  const message = pushed(body, {
    messageAttributes: { correlationId: 'c-1', tenant: 't-1' },
    typedAttributes: {
      correlationId: { dataType: 'String', stringValue: 'c-1' },
      tenant: { dataType: 'String', stringValue: 't-1' },
      raw: { dataType: 'Binary', binaryValue: 'AAE=' },
    },
  });
  expect(await consumer.handleBatch([message], { source })).toEqual({ failedMessageIds: [] });
  expect(aws.calls).toMatchObject([
    {
      operation: 'SendMessage',
      input: {
        QueueUrl: DEAD_LETTER_URL,
        MessageBody: body,
        MessageAttributes: {
          correlationId: { StringValue: 'c-1' },
          sourceQueue: { StringValue: 'orders-test-orders' },
          tenant: { StringValue: 't-1' },
          raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 1]) },
        },
      },
    },
  ]);
  expect(emitted('poisoned')).toMatchObject([{ moved: true, reason: expect.stringMatching(reason) }]);
});

it('poison that cannot be moved is reported: nothing else would have it', async () => {
  const { consumer, aws, emitted } = ordersConsumer(async () => {
    throw new Poison('broken');
  });
  aws.before = ({ operation }) => (operation === 'SendMessage' ? awsFailure('AccessDenied', false) : undefined);
  expect(await consumer.handleBatch([pushed('{"n":1}')], { source })).toEqual({ failedMessageIds: ['m-1'] });
  expect(emitted('poisoned')).toMatchObject([{ moved: false }]);
  const without = ordersConsumer(
    async () => {
      throw new Poison('broken');
    },
    { deadLetterUrl: undefined },
  );
  expect(await without.consumer.handleBatch([pushed('{"n":1}')], { source })).toEqual({ failedMessageIds: ['m-1'] });
});

it('Drop is done', async () => {
  const { consumer, aws, emitted } = ordersConsumer(async () => {
    throw new Drop('old');
  });
  expect(await consumer.handleBatch([pushed('{"n":1}')], { source })).toEqual({ failedMessageIds: [] });
  expect([emitted('dropped').length, aws.calls.length]).toEqual([1, 0]);
});

it('what is not finished when the deadline nears sees its signal abort and is reported, with no call and no timer left', async () => {
  let reason: unknown;
  const { consumer, clock, aws, emitted } = ordersConsumer(async (_message, _info, { signal }) => {
    signal.addEventListener('abort', () => {
      reason = signal.reason;
    });
    await new Promise(() => {});
  });
  const done = consumer.handleBatch([pushed('{"n":1}')], { source, deadline: deadlineIn(10_000, clock) });
  await clock.advance(10_000);
  expect(await done).toEqual({ failedMessageIds: ['m-1'] });
  expect(reason).toMatchObject({ code: 'DEADLINE_NEAR' });
  expect(emitted('abandoned')).toMatchObject([{ messageId: 'm-1', started: true }]);
  expect([aws.calls.length, clock.sleepers]).toEqual([0, 0]);
});

it('keeps no order, though the queue does: a failure holds nothing back', async () => {
  const handled: number[] = [];
  const handle = async ({ n }: { n: number }) => {
    if (n === 0) throw new Error('first');
    handled.push(n);
  };
  const { consumer } = ordersConsumer(handle, { definition: orderedOrders });
  const records = [pushed('{"n":0}', { messageId: 'm-0' }), pushed('{"n":1}', { messageId: 'm-1' })];
  expect(await consumer.handleBatch(records, { source })).toEqual({ failedMessageIds: ['m-0'] });
  expect(handled).toEqual([1]);
});
