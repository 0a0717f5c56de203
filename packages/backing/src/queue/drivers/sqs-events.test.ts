import type { Aws } from '@twelvefold/aws';
import { createTestClock } from '@twelvefold/core/testing';
import type { LambdaInvocation } from '@twelvefold/lifecycle/internal/lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Definition } from '../../definition.ts';
import type { SourceContext } from '../../source.ts';
import { filtered } from '../../topic/filtered.ts';
import { topic } from '../../topic/topic.ts';
import { queue } from '../queue.ts';
import { createSqsEvents } from './sqs-events.ts';

const schema = z.object({ kind: z.string() });
const events = topic('events', { schema, filters: ['kind'] });
const ordered = topic('ordered', { schema, fifo: { group: 'kind' } });
const audit = queue('audit', { schema, subscribe: [filtered(events, { kind: 'a' }), ordered] });
const arn = (name: string, rest = 'eu-west-1:123456789012') => `arn:aws:sns:${rest}:${name}`;

const invocation: LambdaInvocation = {
  context: { getRemainingTimeInMillis: () => 29_400 } as Partial<
    LambdaInvocation['context']
  > as LambdaInvocation['context'], // nothing else is read
  deadline: { remainingMs: () => 29_400 },
  signal: new AbortController().signal,
  coldStart: true,
};
const aws: Aws = { as: () => aws, call: () => Promise.reject(new Error('no call is expected')) };

/** The events of `audit`, in an app whose topics are named `shop-test-...`. */
function open(definition = audit, bound: Record<string, string> = {}) {
  const handled: unknown[] = [];
  const warnings: string[] = [];
  const context: SourceContext = {
    key: 'audit',
    target: 'https://sqs.eu-west-1.amazonaws.com/123456789012/shop-test-audit',
    companion: () => undefined,
    reference: ({ name }: Definition) => ({ physicalName: `shop-test-${name}`, target: bound[name] }),
    aws,
    component: 'audit',
    concurrency: 10,
    handle: async (message) => void handled.push(message),
    onEvent: () => undefined,
    clock: createTestClock(),
    random: () => 0.5,
    warn: (message) => void warnings.push(message),
  };
  return { receive: createSqsEvents(definition, context), handled, warnings };
}

const fromTopic = (TopicArn: string) => ({
  Records: [
    {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: `${TopicArn}:0a1b`,
      Sns: { MessageId: 'm', TopicArn, Message: '{"kind":"a"}', Timestamp: '2026-01-01T00:00:00.000Z' },
    },
  ],
});
const fromQueue = (n: number) => ({
  Records: [
    {
      messageId: `m-${n}`,
      receiptHandle: `r-${n}`,
      body: JSON.stringify({ kind: String(n) }),
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:shop-test-audit',
      awsRegion: 'eu-west-1',
    },
  ],
});

describe('a topic that invokes the function', () => {
  const takes = async (topicArn: string, bound: Record<string, string> = {}) => {
    const { receive, handled } = open(audit, bound);
    await receive(fromTopic(topicArn), invocation);
    return handled;
  };

  it('is recognized by its physical name', async () => {
    expect(await takes(arn('shop-test-events'))).toEqual([{ kind: 'a' }]);
    expect(await takes(arn('shop-test-events', 'us-east-1:210987654321'))).toEqual([{ kind: 'a' }]);
  });

  it.each([
    ['of another name', arn('shop-test-others')],
    ['of another stage', arn('shop-prod-events')],
    ['whose name only ends so', arn('my-shop-test-events')],
    ['that is FIFO', arn('shop-test-ordered.fifo')],
    ['that is a subscription', arn('shop-test-events:0a1b')],
    ['that is not a topic', 'arn:aws:sqs:eu-west-1:123456789012:shop-test-events'],
    ['without a name', ''],
  ])('%s is refused', async (_name, topicArn) => {
    const { receive, handled } = open();
    await expect(receive(fromTopic(topicArn), invocation)).rejects.toMatchObject({
      code: 'EVENT_REFUSED',
      message: `Cannot handle the event: the component 'audit' takes messages of the standard topics that the queue 'audit' subscribes to, and "${topicArn}" is not one of them; name it in 'subscribe', or end the function's subscription`,
    });
    expect(handled).toEqual([]);
  });

  it('is recognized by its ARN where the environment has it, whatever its name', async () => {
    const bound = { events: arn('legacy') };
    expect(await takes(arn('legacy'), bound)).toEqual([{ kind: 'a' }]);
    await expect(takes(arn('legacy', 'us-east-1:123456789012'), bound)).rejects.toThrow('is not one of them');
    await expect(takes(arn('shop-test-events'), bound)).rejects.toThrow('is not one of them');
  });
});

it.each([{}, { Records: [] }, { Records: [{ eventSource: 'aws:kinesis' }] }, null])('refuses %j', async (event) => {
  await expect(open().receive(event, invocation)).rejects.toMatchObject({
    code: 'EVENT_REFUSED',
    message:
      "Cannot handle the event: the component 'audit' takes SQS events, and SNS events of the topics that its queue subscribes to",
  });
});

it('warns once of a queue that loses messages or shows them twice, however many events come', async () => {
  const risky = queue('orders', { schema, visibility: '10s', deadLetter: false });
  const { receive, handled, warnings } = open(risky);
  for (let n = 0; n < 3; n += 1) expect(await receive(fromQueue(n), invocation)).toEqual({ batchItemFailures: [] });
  expect(handled).toEqual([{ kind: '0' }, { kind: '1' }, { kind: '2' }]);
  expect(warnings).toEqual([
    expect.stringContaining("Queue 'orders' has no dead-letter queue"),
    expect.stringContaining('shows a message again after 10000 ms, while its function may work on it for 30000 ms'),
  ]);
});
