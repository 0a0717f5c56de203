import { randomUUID } from 'node:crypto';
import type { Aws } from '@twelvefold/aws';
import { createAws, sns, sqs } from '@twelvefold/aws';
import { Poison, queue, topic } from '@twelvefold/backing';
import type { MessageHandler, MessageInfo } from '@twelvefold/backing/internal';
import { createSnsPublisher } from '@twelvefold/backing/sns';
import { createSqsBatchConsumer } from '@twelvefold/backing/sqs';
import type { Scope } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import { isSnsEvent } from '@twelvefold/lifecycle/internal/lambda';
import { recordsFromSns } from '@twelvefold/lifecycle/lambda';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { until } from '../support/until.ts';
import { TRANSPORT } from './support/transport.ts';

// What SNS hands to a function, as it comes: a foreign endpoint has no function of this process to
// invoke.

const region = 'eu-west-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const Event = z.object({ kind: z.string(), cents: z.number() });
const events = topic('events', { schema: Event, filters: ['kind', 'cents'] });
const inbox = queue('inbox', { schema: Event, subscribe: [events] });
type Event = z.infer<typeof Event>;

let local: LocalAws;
let aws: Aws;
beforeAll(async () => {
  local = await startLocalAws();
  aws = createAws({ env: TRANSPORT, endpoint: local.url, region, credentials });
});
afterAll(() => local.close());

/**
 * A topic that invokes a function with this handler behind its consumer; what every invocation left
 * unacknowledged.
 */
async function open(handle: MessageHandler<Event>) {
  const name = `invocation-${randomUUID().slice(0, 8)}`;
  const functionArn = `arn:aws:lambda:${region}:000000000000:function:${name}`;
  const { outputs } = await provision(
    {
      Resources: {
        Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name } },
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: name } },
        Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}-dead-letter` } },
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'lambda', Endpoint: functionArn },
        },
      },
      Outputs: { Arn: { Value: { Ref: 'Topic' } }, Url: { Value: { Ref: 'Queue' } }, Dead: { Value: { Ref: 'Dead' } } },
    },
    { endpoint: local.url, region, credentials },
  );
  const { Arn: arn = '', Url: url = '', Dead: deadLetterUrl = '' } = outputs;
  const consumer = createSqsBatchConsumer({ definition: inbox, url, deadLetterUrl, aws, component: 'inbox', handle });
  const unacknowledged: number[] = [];
  const invoke = async (event: unknown) => {
    if (!isSnsEvent(event)) throw new TypeError('Cannot handle the event: it is not of SNS');
    const { failedMessageIds } = await consumer.handleBatch(recordsFromSns(event), { source: 'topic' });
    unacknowledged.push(failedMessageIds.length);
    if (failedMessageIds.length > 0) throw new Error('not acknowledged');
  };
  onTestFinished(local.functions.register(functionArn, invoke));
  const invoked = (times: number) =>
    until(
      `the function was invoked ${times} times`,
      async () => {
        local.clock.advance(60_000); // Lambda repeats after minutes
        return unacknowledged.length;
      },
      (count) => count >= times,
    );
  return {
    publisher: createSnsPublisher({ definition: events, arn, aws }),
    arn,
    deadLetterUrl,
    invoked,
    unacknowledged,
  };
}

const FLOW = {
  kind: 'task',
  component: 'test',
  correlationId: 'c-1',
  sampled: true,
  trace: {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    xray: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
  },
} as const;

it('a publication reaches the handler in its flow, with its id and the attributes of its filters', async () => {
  const seen: Array<{ event: Event; info: MessageInfo; scope: Scope }> = [];
  const { publisher, invoked, unacknowledged } = await open(async (event, info, scope) => {
    seen.push({ event, info, scope });
  });
  const { messageId } = await runInScope(FLOW, () => publisher.publish({ kind: 'booked', cents: 250 }));
  await invoked(1);
  expect(seen).toMatchObject([
    {
      event: { kind: 'booked', cents: 250 },
      info: { messageId, receiveCount: 1, attributes: { kind: 'booked', cents: '250', correlationId: 'c-1' } },
      scope: { kind: 'message', component: 'inbox', correlationId: 'c-1', sampled: true, trace: FLOW.trace },
    },
  ]);
  expect(unacknowledged).toEqual([0]);
});

it('what fails is invoked again, twice more and then no more', async () => {
  let tries = 0;
  const { publisher, invoked, unacknowledged } = await open(async () => {
    tries += 1;
    throw new Error('no luck');
  });
  await publisher.publish({ kind: 'booked', cents: 1 });
  await invoked(3);
  for (let minutes = 0; minutes < 10; minutes += 1) {
    local.clock.advance(60_000);
    await new Promise(setImmediate);
  }
  expect([tries, unacknowledged]).toEqual([3, [1, 1, 1]]);
});

it('poison is a dead letter with the types of its attributes, bytes too', async () => {
  const { arn, deadLetterUrl, invoked, unacknowledged } = await open(async () => {
    throw new Poison('no good');
  });
  const Message = '{"kind":"booked","cents":1}';
  const MessageAttributes = {
    correlationId: { DataType: 'String', StringValue: 'c-2' },
    cents: { DataType: 'Number', StringValue: '1' },
    tags: { DataType: 'String.Array', StringValue: '["a","b"]' },
    raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 1, 255]) },
  };
  await aws.call(sns, 'Publish', { TopicArn: arn, Message, MessageAttributes }, { access: 'write' });
  await invoked(1);
  const input = { QueueUrl: deadLetterUrl, MessageAttributeNames: ['All'] };
  const { Messages } = await aws.call(sqs, 'ReceiveMessage', input, { access: 'write' });
  expect(Messages).toMatchObject([
    {
      Body: Message,
      MessageAttributes: {
        reason: { StringValue: 'no good' },
        correlationId: { StringValue: 'c-2' },
        cents: { DataType: 'Number', StringValue: '1' },
        tags: { DataType: 'String.Array', StringValue: '["a","b"]' },
      },
    },
  ]);
  expect([...(Messages?.[0]?.MessageAttributes?.raw?.BinaryValue ?? [])]).toEqual([0, 1, 255]);
  expect(unacknowledged).toEqual([0]);
});
