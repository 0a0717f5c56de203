import type { PublishCommandInput } from '@aws-sdk/client-sns';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../core/clock.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

let aws: LocalAws;
let sns: SNSClient;
let sqs: SQSClient;

beforeEach(async () => {
  aws = await startLocalAws({ clock: createClock(() => NOW) });
  const settings = {
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  sns = new SNSClient(settings);
  sqs = new SQSClient(settings);
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await aws.close();
});

const topicArn = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;
const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
const queueUrl = (name: string) => `${aws.url}/123456789012/${name}`;

async function createTopic(name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name: name, Attributes }))).TopicArn ?? '';
}

const createQueue = (QueueName: string, Attributes: Record<string, string> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes }));

async function subscribe(topic: string, queue: string, Attributes: Record<string, string> = {}): Promise<string> {
  const input = {
    TopicArn: topicArn(topic),
    Protocol: 'sqs',
    Endpoint: queueArn(queue),
    Attributes,
    ReturnSubscriptionArn: true,
  };
  return (await sns.send(new SubscribeCommand(input))).SubscriptionArn ?? '';
}

/** A topic `events` with a queue `queue` subscribed to it. */
async function wired(attributes: Record<string, string> = {}): Promise<string> {
  await createTopic('events');
  await createQueue('queue');
  return subscribe('events', 'queue', attributes);
}

const publish = (Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn: topicArn('events'), Message, ...more }));

async function receive(name = 'queue'): Promise<Message[]> {
  const input = {
    QueueUrl: queueUrl(name),
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All' as const],
  };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('a topic', () => {
  it('is created again only with the same attributes and tags', async () => {
    const input = { Name: 'events', Attributes: { DisplayName: 'Events' }, Tags: [{ Key: 'a', Value: 'b' }] };
    expect((await sns.send(new CreateTopicCommand(input))).TopicArn).toBe(topicArn('events'));
    expect((await sns.send(new CreateTopicCommand(input))).TopicArn).toBe(topicArn('events'));
    expect(await createTopic('events')).toBe(topicArn('events'));
    await expect(createTopic('events', { DisplayName: 'Other' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    });
    await expect(
      sns.send(new CreateTopicCommand({ Name: 'events', Tags: [{ Key: 'a', Value: 'c' }] })),
    ).rejects.toMatchObject({ message: 'Invalid parameter: Tags Reason: Topic already exists with different tags' });
  });

  it.each([
    ['a space in its name', 'a b', {}],
    ['no name', '', {}],
    ['the FIFO suffix alone', 'a.fifo', {}],
    ['FifoTopic without the suffix', 'a', { FifoTopic: 'true' }],
    ['an unknown attribute', 'a', { Nope: 'x' }],
  ])('is refused for %s', async (_what, name, attributes) => {
    await expect(createTopic(name, attributes)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('tells and changes its attributes', async () => {
    await wired();
    const set = { TopicArn: topicArn('events'), AttributeName: 'DisplayName', AttributeValue: 'Order & Co <1>' };
    await sns.send(new SetTopicAttributesCommand(set));
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn('events') }));
    expect(Attributes).toMatchObject({
      TopicArn: topicArn('events'),
      DisplayName: 'Order & Co <1>',
      Owner: '123456789012',
      SubscriptionsConfirmed: '1',
      SubscriptionsDeleted: '0',
      SubscriptionsPending: '0',
    });
    expect(JSON.parse(Attributes?.Policy ?? '')).toMatchObject({ Statement: [{ Resource: topicArn('events') }] });
    await expect(sns.send(new SetTopicAttributesCommand({ ...set, AttributeName: 'Nope' }))).rejects.toMatchObject({
      message: 'Invalid parameter: AttributeName',
    });
  });

  it('is not found when it is not there', async () => {
    const missing = publish('x', { TopicArn: topicArn('nope') });
    await expect(missing).rejects.toBeInstanceOf(NotFoundException);
    await expect(missing).rejects.toMatchObject({
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(publish('x', { TopicArn: 'events' })).rejects.toMatchObject({
      message: 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    });
  });

  it('is deleted with its subscriptions, more than once if need be', async () => {
    const subscription = await wired();
    await sns.send(new DeleteTopicCommand({ TopicArn: topicArn('events') }));
    await sns.send(new DeleteTopicCommand({ TopicArn: topicArn('events') }));
    await expect(
      sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription })),
    ).rejects.toMatchObject({ name: 'NotFoundException', message: 'Subscription does not exist' });
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toEqual([]);
  });

  it('is listed in pages of a hundred', async () => {
    for (let count = 0; count < 101; count += 1) await createTopic(`t-${String(count).padStart(3, '0')}`);
    const first = await sns.send(new ListTopicsCommand({}));
    const second = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    expect([first.Topics?.length, second.Topics, second.NextToken]).toEqual([
      100,
      [{ TopicArn: topicArn('t-100') }],
      undefined,
    ]);
    await expect(sns.send(new ListTopicsCommand({ NextToken: 'x' }))).rejects.toThrow('Invalid parameter: NextToken');
  });

  it('carries tags', async () => {
    const ResourceArn = await createTopic('events');
    await sns.send(
      new TagResourceCommand({
        ResourceArn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await sns.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    expect((await sns.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
    await expect(
      sns.send(new TagResourceCommand({ ResourceArn: topicArn('nope'), Tags: [{ Key: 'a', Value: '1' }] })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a subscription', () => {
  it('is made once per endpoint', async () => {
    const arn = await wired({ RawMessageDelivery: 'true' });
    expect(arn).toMatch(new RegExp(`^${topicArn('events')}:[0-9a-f-]{36}$`));
    expect(await subscribe('events', 'queue')).toBe(arn);
    await expect(subscribe('events', 'queue', { RawMessageDelivery: 'false' })).rejects.toMatchObject({
      message: 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    });
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn('events') }));
    expect(Subscriptions).toEqual([
      {
        SubscriptionArn: arn,
        Owner: '123456789012',
        Protocol: 'sqs',
        Endpoint: queueArn('queue'),
        TopicArn: topicArn('events'),
      },
    ]);
  });

  it('tells and changes its attributes', async () => {
    const SubscriptionArn = await wired();
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    await set('FilterPolicy', '{"kind":["placed"]}');
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toEqual({
      ConfirmationWasAuthenticated: 'true',
      Endpoint: queueArn('queue'),
      FilterPolicy: '{"kind":["placed"]}',
      FilterPolicyScope: 'MessageAttributes',
      Owner: '123456789012',
      PendingConfirmation: 'false',
      Protocol: 'sqs',
      RawMessageDelivery: 'false',
      SubscriptionArn,
      SubscriptionPrincipal: 'arn:aws:iam::123456789012:root',
      TopicArn: topicArn('events'),
    });
    await expect(set('Nope', 'x')).rejects.toThrow('Invalid parameter: AttributeName');
    await expect(set('RawMessageDelivery', 'test')).rejects.toThrow(
      'Invalid parameter: RawMessageDelivery: Invalid value [test]. Must be true or false.',
    );
    await expect(set('RedrivePolicy', '{"deadLetterTargetArn":"x"}')).rejects.toThrow(
      'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn',
    );
    await expect(set('FilterPolicy', '{invalid')).rejects.toThrow('FilterPolicy: failed to parse JSON.');
    await set('FilterPolicy', '{}');
    const without = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(without.Attributes).not.toHaveProperty('FilterPolicy');
  });

  it('ends, and ending it again is not an error', async () => {
    const SubscriptionArn = await wired();
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish('x');
    expect(await receive()).toEqual([]);
  });

  it.each([
    [
      'an unknown protocol',
      'test-protocol',
      queueArn('queue'),
      400,
      'does not support this protocol string: test-protocol',
    ],
    ['a protocol that is not here', 'firehose', 'arn:a', 501, 'sns Subscribe with protocol firehose'],
    ['a queue URL', 'sqs', 'http://localhost/123456789012/queue', 400, 'SQS endpoint ARN'],
    ['a FIFO queue on a standard topic', 'sqs', queueArn('queue.fifo'), 400, 'FIFO SQS Queues can not be subscribed'],
  ])('is refused for %s', async (_what, Protocol, Endpoint, status, message) => {
    await createTopic('events');
    await expect(
      sns.send(new SubscribeCommand({ TopicArn: topicArn('events'), Protocol, Endpoint })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: status }, message: expect.stringContaining(message) });
  });
});

describe('a message', () => {
  it('arrives wrapped', async () => {
    const subscription = await wired();
    const { MessageId } = await publish('héllo', {
      Subject: 'greeting',
      MessageAttributes: {
        kind: text('placed'),
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([2, 3, 4]) },
      },
    });
    const [message] = await receive();
    expect(message?.MessageAttributes).toBeUndefined();
    expect(JSON.parse(message?.Body ?? '')).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: topicArn('events'),
      Subject: 'greeting',
      Message: 'héllo',
      Timestamp: '2026-11-20T12:00:00.000Z',
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/SimpleNotificationService-[0-9a-f]{32}\.pem$/),
      UnsubscribeURL: `${aws.url}/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
      MessageAttributes: { kind: { Type: 'String', Value: 'placed' }, bytes: { Type: 'Binary', Value: 'AgME' } },
    });
    expect(message?.MessageId).not.toBe(MessageId);
  });

  it('arrives raw with its attributes', async () => {
    await wired({ RawMessageDelivery: 'true' });
    await publish('{"a":1}', {
      MessageAttributes: {
        kind: text('placed'),
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([2, 3, 4]) },
      },
    });
    expect(await receive()).toMatchObject([
      {
        Body: '{"a":1}',
        MessageAttributes: {
          kind: text('placed'),
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([2, 3, 4]) },
        },
      },
    ]);
  });

  it('reaches every subscribed queue and wakes a long poll', async () => {
    await wired();
    await createQueue('other');
    await subscribe('events', 'other');
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl('other'), WaitTimeSeconds: 20 }));
    await publish('x');
    expect((await poll).Messages).toHaveLength(1);
    expect(await receive()).toHaveLength(1);
  });

  it('says per protocol what it says, when asked', async () => {
    await wired({ RawMessageDelivery: 'true' });
    const structured = (message: unknown) => publish(JSON.stringify(message), { MessageStructure: 'json' });
    await structured({ default: 'd', sqs: 's' });
    await structured({ default: 'd', email: 'e' });
    expect((await receive()).map(({ Body }) => Body)).toEqual(['s', 'd']);
    await expect(structured({ sqs: 's' })).rejects.toThrow('No default entry in JSON message body');
    await expect(publish('{', { MessageStructure: 'json' })).rejects.toThrow('JSON message body failed to parse');
  });

  it.each<[string, Partial<PublishCommandInput>, string]>([
    ['empty', { Message: '' }, 'Invalid parameter: Empty message'],
    ['over 256 KiB', { Message: 'x'.repeat(262_145) }, 'Invalid parameter: Message too long'],
    [
      'over 256 KiB with its attributes',
      { Message: 'x'.repeat(262_144), MessageAttributes: { a: text('b') } },
      'Invalid parameter: Message too long',
    ],
    ['with an empty subject', { Subject: '' }, 'Invalid parameter: Subject'],
    [
      'with an empty attribute',
      { MessageAttributes: { attr1: text('') } },
      "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'String'.",
    ],
    ['with a deduplication id', { MessageDeduplicationId: 'a' }, 'not valid for this topic type'],
  ])('is refused when %s', async (_what, input, message) => {
    await wired();
    await expect(publish('x', input)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
      message: expect.stringContaining(message),
    });
    expect(await receive()).toEqual([]);
  });

  it('may be exactly 256 KiB, or more where the topic allows it', async () => {
    await wired({ RawMessageDelivery: 'true' });
    await publish('x'.repeat(262_144));
    await createTopic('large', { MaximumMessageSize: '1048576' });
    await subscribe('large', 'queue', { RawMessageDelivery: 'true' });
    await publish('x'.repeat(262_145), { TopicArn: topicArn('large') });
    expect((await receive()).map(({ Body }) => Body?.length)).toEqual([262_144, 262_145]);
  });
});

describe('a batch', () => {
  const batch = (entries: Array<{ Id: string; Message: string }>) =>
    sns.send(new PublishBatchCommand({ TopicArn: topicArn('events'), PublishBatchRequestEntries: entries }));
  const entries = (count: number, Message = 'x') =>
    Array.from({ length: count }, (_, index) => ({ Id: `${index}`, Message }));

  it('publishes every entry', async () => {
    await wired({ RawMessageDelivery: 'true' });
    aws.clearCalls();
    const { Successful, Failed } = await batch([
      { Id: 'a', Message: 'one' },
      { Id: 'b', Message: 'two' },
    ]);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
    expect(Failed).toEqual([]);
    expect((await receive()).map(({ Body }) => Body)).toEqual(['one', 'two']);
    expect(aws.calls()[0]?.touched).toEqual([{ action: 'sns:Publish', resource: topicArn('events') }]);
  });

  it.each([
    ['without entries', [], 'EmptyBatchRequestException'],
    ['of eleven', entries(11), 'TooManyEntriesInBatchRequestException'],
    ['with an id twice', [...entries(1), ...entries(1)], 'BatchEntryIdsNotDistinctException'],
    ['with a malformed id', [{ Id: 'a:b', Message: 'x' }], 'InvalidBatchEntryIdException'],
    ['over 256 KiB', entries(2, 'x'.repeat(131_073)), 'BatchRequestTooLongException'],
    ['with an empty message', [...entries(1), { Id: 'b', Message: '' }], 'InvalidParameterException'],
  ])('%s fails whole', async (_what, given, name) => {
    await wired();
    await expect(batch(given)).rejects.toMatchObject({ name });
    expect(await receive()).toEqual([]);
  });
});

describe('a filter policy', () => {
  it('lets through by attributes', async () => {
    await wired({ RawMessageDelivery: 'true', FilterPolicy: '{"kind":["placed"],"amount":[{"numeric":[">",10]}]}' });
    const amount = (StringValue: string) => ({ DataType: 'Number', StringValue });
    await publish('yes', { MessageAttributes: { kind: text('placed'), amount: amount('10.5') } });
    await publish('too small', { MessageAttributes: { kind: text('placed'), amount: amount('10') } });
    await publish('no amount', { MessageAttributes: { kind: text('placed') } });
    await publish('no attributes');
    expect((await receive()).map(({ Body }) => Body)).toEqual(['yes']);
  });

  it('lets through by body', async () => {
    await wired({
      RawMessageDelivery: 'true',
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: '{"order":{"state":["placed"]}}',
    });
    await publish('{"order":{"state":"placed"}}');
    await publish('{"order":{"state":"sent"}}');
    await publish('no json');
    expect((await receive()).map(({ Body }) => Body)).toEqual(['{"order":{"state":"placed"}}']);
  });

  it('is checked when it is set', async () => {
    const SubscriptionArn = await wired();
    await createQueue('other');
    await expect(subscribe('events', 'other', { FilterPolicy: '{"key":[{"wrong-operator":true}]}' })).rejects.toThrow(
      'Invalid parameter: Attributes Reason: FilterPolicy: Unrecognized match type wrong-operator',
    );
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn,
        AttributeName: 'FilterPolicyScope',
        AttributeValue: 'MessageBody',
      }),
    );
    const nested = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"a":{"b":["c"]}}' };
    await sns.send(new SetSubscriptionAttributesCommand(nested));
    await expect(
      sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn,
          AttributeName: 'FilterPolicyScope',
          AttributeValue: 'MessageAttributes',
        }),
      ),
    ).rejects.toThrow('does not support nested filter policy');
  });
});

describe('a delivery that fails', () => {
  const redrive = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });

  it('goes to the subscription’s dead-letter queue', async () => {
    await createQueue('dead');
    await wired({ RedrivePolicy: redrive, RawMessageDelivery: 'true' });
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl('queue') }));
    await publish('lost', { MessageAttributes: { a: text('b') } });
    expect(await receive('dead')).toMatchObject([{ Body: 'lost', MessageAttributes: { a: text('b') } }]);
  });

  it('is lost without one, and other subscriptions still get theirs', async () => {
    await wired();
    await createQueue('other');
    await subscribe('events', 'other');
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl('queue') }));
    await publish('x');
    expect(await receive('other')).toHaveLength(1);
  });

  it('is one of more than ten attributes delivered raw', async () => {
    await createQueue('dead');
    await wired({ RedrivePolicy: redrive, RawMessageDelivery: 'true' });
    const MessageAttributes = Object.fromEntries([...'abcdefghijk'].map((name) => [name, text('x')]));
    await publish('many', { MessageAttributes });
    expect(await receive()).toEqual([]);
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: await subscribe('events', 'queue'),
        AttributeName: 'RawMessageDelivery',
        AttributeValue: 'false',
      }),
    );
    await publish('many', { MessageAttributes });
    expect(Object.keys(JSON.parse((await receive())[0]?.Body ?? '').MessageAttributes)).toHaveLength(11);
  });
});

describe('a FIFO topic', () => {
  const put = (Message: string, group: string, id: string | undefined) =>
    sns.send(
      new PublishCommand({
        TopicArn: topicArn('events.fifo'),
        Message,
        MessageGroupId: group,
        MessageDeduplicationId: id,
      }),
    );
  const wiredFifo = async (attributes: Record<string, string> = {}) => {
    await createTopic('events.fifo', { FifoTopic: 'true', ...attributes });
    await createQueue('queue.fifo', { FifoQueue: 'true' });
    await subscribe('events.fifo', 'queue.fifo', { RawMessageDelivery: 'true' });
  };

  it('keeps group, order and deduplication', async () => {
    await wiredFifo();
    const first = await put('one', 'a', '1');
    const again = await put('other', 'a', '1');
    await put('two', 'a', '2');
    expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    const messages = await receive('queue.fifo');
    expect(
      messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId, Attributes?.MessageDeduplicationId]),
    ).toEqual([
      ['one', 'a', '1'],
      ['two', 'a', '2'],
    ]);
    aws.clock.advance(300_000);
    expect((await put('one', 'a', '1')).MessageId).not.toBe(first.MessageId);
  });

  it('deduplicates by content when told, and demands an id otherwise', async () => {
    await wiredFifo({ ContentBasedDeduplication: 'true' });
    await put('same', 'a', undefined);
    await put('same', 'b', undefined);
    expect(await receive('queue.fifo')).toHaveLength(1);
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn: topicArn('events.fifo'),
        AttributeName: 'ContentBasedDeduplication',
        AttributeValue: 'false',
      }),
    );
    await expect(put('x', 'a', undefined)).rejects.toThrow(
      'ContentBasedDeduplication enabled or MessageDeduplicationId',
    );
    await expect(sns.send(new PublishCommand({ TopicArn: topicArn('events.fifo'), Message: 'x' }))).rejects.toThrow(
      'The MessageGroupId parameter is required for FIFO topics',
    );
  });
});
