import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal, settings } from './dynamodb-endpoint.ts';

// Answers recorded on AWS by the public LocalStack suite (tests/aws/services/sns, its snapshots),
// unless a test names another source.

let aws: LocalAws;
let sns: SNSClient;
let sqs: SQSClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 20)) });
  sns = new SNSClient(settings(aws.url));
  sqs = new SQSClient({ ...settings(aws.url), useQueueUrlAsEndpoint: false });
});
beforeEach(() => aws.reset());
afterAll(() => aws.close());

const arnOf = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;
const TOPIC = arnOf('sns', 'events');
const createTopic = (Name = 'events', Attributes: Record<string, string> = {}) =>
  sns.send(new CreateTopicCommand({ Name, Attributes }));
const createQueue = (QueueName: string, Attributes: Record<string, string> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
const subscribe = (Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}, TopicArn = TOPIC) =>
  sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true }));
const publish = (Message: string, more = {}) => sns.send(new PublishCommand({ TopicArn: TOPIC, Message, ...more }));
const received = async (queue: string) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, MessageSystemAttributeNames: ['All'] }))).Messages ?? [];
const invalid = (detail: string) => ({ name: 'InvalidParameterException', message: `Invalid parameter: ${detail}` });

describe('a topic', () => {
  it('may be created again with FifoTopic false, which it does not keep (test_create_topic_...)', async () => {
    const first = await createTopic();
    expect(await createTopic('events', { FifoTopic: 'false' })).toMatchObject({ TopicArn: first.TopicArn });
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }));
    expect(Attributes).not.toHaveProperty('FifoTopic');
  });

  // Source: moto, whose booleans ignore case.
  it('takes booleans in any case', async () => {
    await createTopic('line.fifo', { FifoTopic: 'True', ContentBasedDeduplication: 'TRUE' });
    const TopicArn = arnOf('sns', 'line.fifo');
    const shown = async () => (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes;
    expect(await shown()).toMatchObject({ FifoTopic: 'true', ContentBasedDeduplication: 'true' });
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'ContentBasedDeduplication',
        AttributeValue: 'False',
      }),
    );
    expect(await shown()).toMatchObject({ ContentBasedDeduplication: 'false' });
  });

  it('of another region is refused by every operation (test_sns_cross_region)', async () => {
    const TopicArn = 'arn:aws:sns:us-east-1:123456789012:events';
    for (const call of [
      sns.send(new GetTopicAttributesCommand({ TopicArn })),
      sns.send(new DeleteTopicCommand({ TopicArn })),
      publish('x', { TopicArn }),
      subscribe('sqs', arnOf('sqs', 'orders'), {}, TopicArn),
    ]) {
      expect(await refusal(call)).toEqual(invalid('TopicArn'));
    }
  });
});

describe('a message attribute (test_empty_or_wrong_message_attributes)', () => {
  const text = { DataType: 'String', StringValue: 'x' };
  const bytes = Buffer.from('x');
  it.each<[string, object, string]>([
    ['a'.repeat(257), text, 'Length of message attribute name must be less than 256 bytes.'],
    [
      'a^b',
      text,
      "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
    ],
    ['.a', text, "Invalid message attribute name starting with character '.' was found."],
    ['a.', text, "Invalid message attribute name ending with character '.' was found."],
    ['a..b', text, "Message attribute name can not have successive '.' character."],
    [
      'a',
      { DataType: 'String', BinaryValue: bytes },
      "The message attribute 'a' with type 'String' must use field 'String'.",
    ],
    [
      'a',
      { DataType: 'Number', BinaryValue: bytes },
      "The message attribute 'a' with type 'Number' must use field 'String'.",
    ],
    [
      'a',
      { DataType: 'Binary', StringValue: 'x' },
      "The message attribute 'a' with type 'Binary' must use field 'Binary'.",
    ],
    [
      'a',
      { DataType: 'String' },
      "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'.",
    ],
  ])('%s: %o', async (name, attribute, message) => {
    await createTopic();
    const refused = await refusal(publish('x', { MessageAttributes: { [name]: attribute } }));
    expect(refused).toEqual({ name: 'InvalidParameterValueException', message });
  });
});

describe('a subscription', () => {
  it('of a FIFO queue needs a FIFO topic, and says the prefix twice (test_validations_for_fifo)', async () => {
    await createTopic();
    expect(await refusal(subscribe('sqs', arnOf('sqs', 'line.fifo')))).toEqual(
      invalid('Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics'),
    );
  });

  it('of a FIFO queue to a FIFO topic needs a FIFO dead-letter queue (test_validations_for_fifo)', async () => {
    await createTopic('line.fifo', { FifoTopic: 'true' });
    const topic = arnOf('sns', 'line.fifo');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('sqs', 'dead') });
    const text = 'RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.';
    expect(await refusal(subscribe('sqs', arnOf('sqs', 'line.fifo'), { RedrivePolicy }, topic))).toEqual(
      invalid(`Attributes Reason: ${text}`),
    );
    const { SubscriptionArn } = await subscribe('sqs', arnOf('sqs', 'line.fifo'), {}, topic);
    const set = new SetSubscriptionAttributesCommand({
      SubscriptionArn,
      AttributeName: 'RedrivePolicy',
      AttributeValue: RedrivePolicy,
    });
    expect(await refusal(sns.send(set))).toEqual(invalid(text));
    await subscribe('sqs', arnOf('sqs', 'plain'), { RedrivePolicy }, topic);
  });

  it.each([
    [undefined, 'SubscriptionArn Reason: no value for required parameter'],
    ['a', 'SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'],
    ['arn:aws', 'SubscriptionArn Reason: An ARN must have at least 6 elements, not 2'],
    [TOPIC, 'SubscriptionId'],
  ])('is not %s (test_unsubscribe_wrong_arn_format)', async (SubscriptionArn, detail) => {
    await createTopic();
    expect(await refusal(sns.send(new UnsubscribeCommand({ SubscriptionArn })))).toEqual(invalid(detail));
    expect(await refusal(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })))).toEqual(invalid(detail));
  });

  it('by email waits for its confirmation, and is not delivered to (test_email_sender)', async () => {
    await createTopic();
    const { SubscriptionArn } = await subscribe('email', 'a@example.com', { FilterPolicy: '{"a":["b"]}' });
    await subscribe('email-json', 'a@example.com');
    await publish('x');
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ PendingConfirmation: 'true', Protocol: 'email', FilterPolicy: '{"a":["b"]}' });
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsCommand({}));
    expect(Subscriptions.map(({ SubscriptionArn: arn, Protocol }) => `${Protocol} ${arn}`).sort()).toEqual([
      'email PendingConfirmation',
      'email-json PendingConfirmation',
    ]);
    expect(await refusal(subscribe('email', 'not-an-address'))).toEqual(invalid('Email address'));
    expect(await refusal(sns.send(new UnsubscribeCommand({ SubscriptionArn })))).toEqual(
      invalid('SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation'),
    );
  });

  it.each(['+15551234567', '15551234567', '+1-555-123.45/67'])('by sms to %s is confirmed at once', async (number) => {
    await createTopic();
    const { SubscriptionArn } = await subscribe('sms', number);
    await publish('x');
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ PendingConfirmation: 'false', Endpoint: number });
  });

  // Source: moto, test_subscribe_bad_sms, after AWS.
  it.each(['NAA+15551234567', '+15--551234567', '+15551234567.', '/+15551234567'])(
    'by sms refuses %s',
    async (number) => {
      await createTopic();
      expect(await refusal(subscribe('sms', number))).toEqual({
        name: 'InvalidParameterException',
        message: `Invalid SMS endpoint: ${number}`,
      });
    },
  );

  it('merges its delivery policy with its topic, member by member (test_subscription_delivery_policy)', async () => {
    const http = { defaultHealthyRetryPolicy: { numRetries: 5, minDelayTarget: 2 } };
    await createTopic('events', { DeliveryPolicy: JSON.stringify({ http }) });
    const DeliveryPolicy = JSON.stringify({ healthyRetryPolicy: { numRetries: 7 } });
    const { SubscriptionArn } = await subscribe('http', 'http://127.0.0.1:9/', { DeliveryPolicy });
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(JSON.parse(Attributes?.EffectiveDeliveryPolicy ?? '{}')).toMatchObject({
      healthyRetryPolicy: { numRetries: 7, minDelayTarget: 2, maxDelayTarget: 20 },
    });
  });

  it('to a queue passes the trace header on (test_publish_sqs_from_sns_with_xray_propagation)', async () => {
    await createTopic();
    await createQueue('orders');
    await subscribe('sqs', arnOf('sqs', 'orders'));
    const header = 'Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1';
    const command = new PublishCommand({ TopicArn: TOPIC, Message: 'one' });
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['X-Amzn-Trace-Id'] = header;
        return next(args);
      },
      { step: 'build' },
    );
    await sns.send(command);
    expect(await received('orders')).toMatchObject([{ Attributes: { AWSTraceHeader: header } }]);
  });
});

describe('a filter on the body (test_filter_policy_on_message_body_...)', () => {
  it.each<[object, object, boolean]>([
    [{ 'a.b': ['x'] }, { a: { b: 'x' } }, true],
    [{ 'a.b': ['x'] }, { 'a.b': 'x' }, true],
    [{ a: { b: ['x'] } }, { 'a.b': 'x' }, true],
    [{ 'a.b.c': ['x'] }, { a: { 'b.c': 'x' } }, true],
    [{ 'a.b.c': ['x'] }, { 'a.b': { c: 'x' } }, true],
    [{ 'a.b': ['x'] }, { a: { b: 'y' } }, false],
    [{ 'a.b': ['x'] }, { a: [{ b: 'y' }, { b: 'x' }] }, true],
    [
      { a: { b: ['x'], c: ['y'] } },
      {
        a: [
          { b: 'x', c: 'z' },
          { b: 'w', c: 'y' },
        ],
      },
      false,
    ],
    [{ a: { b: ['x'] } }, { a: [[{ b: 'y' }], [{ b: 'x' }]] }, true],
    [{ a: ['x'] }, { a: [['y'], ['x']] }, true],
    [{ a: { b: [{ exists: false }] } }, { c: 1 }, true],
    [{ a: { b: [{ exists: false }] } }, { 'a.b': 1 }, false],
  ])('%o against %o: %s', async (policy, body, passes) => {
    await createTopic();
    await createQueue('orders');
    await subscribe('sqs', arnOf('sqs', 'orders'), {
      FilterPolicy: JSON.stringify(policy),
      FilterPolicyScope: 'MessageBody',
    });
    await publish(JSON.stringify(body));
    expect(await received('orders')).toHaveLength(passes ? 1 : 0);
  });
});
