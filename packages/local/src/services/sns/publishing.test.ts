import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import {
  aws,
  createQueue,
  createTopic,
  publish,
  queueUrl,
  receive,
  sns,
  sqs,
  subscribe,
  text,
  topicArn,
  wired,
} from './topic-client.fixture.ts';

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
