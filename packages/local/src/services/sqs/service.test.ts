import { request as httpRequest } from 'node:http';
import type { Message, ReceiveMessageCommandInput, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../core/clock.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

const NOW = Date.UTC(2026, 10, 20);

const LONG_POLL_MS = 20_000;
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

let aws: LocalAws;
/** The long polls that wait: nothing else can tell from outside. */
let waits: Set<object>;
let sqs: SQSClient;

beforeEach(async () => {
  // A machine that stands still: only advancing moves time.
  const clock = createClock(() => NOW);
  waits = new Set();
  aws = await startLocalAws({
    clock: {
      ...clock,
      after: (ms, callback) => {
        const wait = {};
        const cancel = clock.after(ms, () => {
          waits.delete(wait);
          callback();
        });
        if (ms === LONG_POLL_MS) waits.add(wait);
        return () => {
          waits.delete(wait);
          cancel();
        };
      },
    },
  });
  sqs = client();
});
afterEach(async () => {
  sqs.destroy();
  await aws.close();
});

const client = (region = 'eu-west-1', accessKeyId = 'local') =>
  new SQSClient({ endpoint: aws.url, region, credentials: { accessKeyId, secretAccessKey: 'local' }, maxAttempts: 1 });

async function create(name: string, attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return QueueUrl ?? '';
}

const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;

const send = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

async function receive(QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const input = {
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All' as const],
    MessageAttributeNames: ['All'],
  };
  return (await sqs.send(new ReceiveMessageCommand({ ...input, ...more }))).Messages ?? [];
}

const bodies = (messages: Message[]) => messages.map(({ Body }) => Body);
const seconds = (count: number) => aws.clock.advance(count * 1000);

/** Resolves once exactly `count` long polls wait. */
async function untilPolling(count = 1): Promise<void> {
  while (waits.size !== count) await new Promise((resolve) => setImmediate(resolve));
}

describe('a queue', () => {
  it('has a URL at the host that the caller used', async () => {
    expect(await create('orders')).toBe(`${aws.url}/123456789012/orders`);
    const viaName = new SQSClient({
      endpoint: `http://localhost:${aws.port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { QueueUrl } = await viaName.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
    expect(QueueUrl).toBe(`http://localhost:${aws.port}/123456789012/orders`);
    viaName.destroy();
  });

  it('is created again only with the same attributes', async () => {
    const url = await create('orders', { VisibilityTimeout: '20' });
    expect(await create('orders')).toBe(url);
    expect(await create('orders', { VisibilityTimeout: '20' })).toBe(url);
    await expect(create('orders', { VisibilityTimeout: '21' })).rejects.toMatchObject({
      name: 'QueueNameExists',
      message: 'A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    });
  });

  it.each([
    ['a name with a space', 'a b', {}, 'InvalidParameterValue'],
    ['a name of 81 characters', 'a'.repeat(81), {}, 'InvalidParameterValue'],
    ['a FIFO queue without the suffix', 'a', { FifoQueue: 'true' }, 'InvalidParameterValue'],
    ['the suffix without FifoQueue', 'a.fifo', {}, 'InvalidParameterValue'],
    ['an unknown attribute', 'a', { Nope: '1' }, 'InvalidAttributeName'],
    ['a FIFO attribute on a standard queue', 'a', { ContentBasedDeduplication: 'true' }, 'InvalidAttributeName'],
    ['a value out of bounds', 'a', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    ['a value that is not a number', 'a', { DelaySeconds: 'soon' }, 'InvalidAttributeValue'],
    ['a redrive policy that is no JSON', 'a', { RedrivePolicy: '{' }, 'InvalidParameterValue'],
    ['a dead-letter queue that is not there', 'a', { RedrivePolicy: redrive('nope') }, 'InvalidParameterValue'],
  ])('is refused for %s', async (_what, name, attributes, code) => {
    await expect(create(name, attributes)).rejects.toMatchObject({ name: code });
  });

  it('tells its attributes', async () => {
    const url = await create('orders', { DelaySeconds: '5' });
    await send(url, 'one');
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    expect(Attributes).toEqual({
      QueueArn: arnOf('orders'),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '1',
      CreatedTimestamp: String(NOW / 1000),
      LastModifiedTimestamp: String(NOW / 1000),
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '5',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
    const none = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url }));
    expect(none.Attributes).toBeUndefined();
    await expect(
      sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['Nope' as 'All'] })),
    ).rejects.toMatchObject({ name: 'InvalidAttributeName' });
  });

  it('changes its attributes for the receives that follow', async () => {
    const url = await create('orders');
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: '5' } }));
    await send(url, 'one');
    expect(await receive(url)).toHaveLength(1);
    seconds(5);
    expect(await receive(url)).toHaveLength(1);
  });

  it('is listed by prefix, in pages', async () => {
    for (const name of ['b-1', 'a-1', 'a-3', 'a-2']) await create(name);
    const all = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'a-' }));
    expect(all.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['a-1', 'a-2', 'a-3']);
    const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'a-', MaxResults: 2 }));
    const second = await sqs.send(
      new ListQueuesCommand({ QueueNamePrefix: 'a-', MaxResults: 2, NextToken: first.NextToken }),
    );
    expect([first.QueueUrls?.length, second.QueueUrls?.length, second.NextToken]).toEqual([2, 1, undefined]);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'z' }))).QueueUrls).toBeUndefined();
  });

  it('is gone once deleted, and its name is free a minute later', async () => {
    const url = await create('orders');
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    const gone = receive(url);
    await expect(gone).rejects.toBeInstanceOf(QueueDoesNotExist);
    await expect(gone).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' },
    });
    await expect(create('orders')).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
    seconds(60);
    expect(await create('orders')).toBe(url);
  });

  it('is apart from its namesake in another region and another account', async () => {
    const url = await create('orders');
    await send(url, 'one');
    for (const other of [client('us-east-1'), client('eu-west-1', '999999999999')]) {
      await expect(other.send(new GetQueueUrlCommand({ QueueName: 'orders' }))).rejects.toMatchObject({
        name: 'QueueDoesNotExist',
      });
      await expect(
        other.send(new ReceiveMessageCommand({ QueueUrl: `${aws.url}/111111111111/orders` })),
      ).rejects.toThrow();
      other.destroy();
    }
  });

  it('carries tags', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders', tags: { stage: 'dev' } }));
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'a', stage: 'test' } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['team'] }));
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ stage: 'test' });
  });

  it('is purged at most once a minute', async () => {
    const QueueUrl = await create('orders');
    await send(QueueUrl, 'one');
    await send(QueueUrl, 'two');
    await receive(QueueUrl, { MaxNumberOfMessages: 1 });
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({ name: 'PurgeQueueInProgress' });
    seconds(60);
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  });
});

describe('a message', () => {
  it('arrives with its attributes, and the SDK finds their checksums right', async () => {
    const url = await create('orders');
    const sent = await send(url, 'höllo', {
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'ü' },
        number: { DataType: 'Number.int', StringValue: '42' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 7]) },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: TRACE } },
    });
    seconds(2);
    const [message] = await receive(url);
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'höllo',
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'ü' },
        number: { DataType: 'Number.int', StringValue: '42' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 7]) },
      },
      Attributes: {
        AWSTraceHeader: TRACE,
        ApproximateReceiveCount: '1',
        SentTimestamp: String(NOW),
        ApproximateFirstReceiveTimestamp: String(NOW + 2000),
        SenderId: '123456789012',
      },
    });
  });

  it('has the attribute checksum that AWS gave', async () => {
    const url = await create('orders');
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await send(url, 'msg', {
      MessageAttributes: { Hello: text('There'), General: text('Kenobi'), 'Help.Me': text('Me') },
    });
    const checksums = [['All'], ['.*'], ['Hello', 'General'], ['Hello', 'nope'], ['Hel.*'], ['nope'], []];
    const seen = [];
    for (const MessageAttributeNames of checksums) {
      const [message] = await receive(url, { MessageAttributeNames, VisibilityTimeout: 0 });
      seen.push(message?.MD5OfMessageAttributes);
    }
    // Recorded on AWS in July 2023 for exactly these attributes and names.
    expect(seen).toEqual([
      '4c360f3fdafd970e05fae2f149d997f5',
      '4c360f3fdafd970e05fae2f149d997f5',
      'fca026605781cb4126a1e9044df24232',
      'a311262e065454b75da111d535b8dacd',
      '83fee93c1bcd8b9a5a923ffacdc636c7',
      undefined,
      undefined,
    ]);
  });

  it('is hidden from the receive on for its visibility timeout', async () => {
    const url = await create('orders');
    await send(url, 'one');
    await receive(url, { VisibilityTimeout: 10 });
    seconds(9.999);
    expect(await receive(url)).toEqual([]);
    seconds(0.001);
    const [again] = await receive(url);
    expect(again?.Attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(NOW),
    });
  });

  it('is deleted by the receipt handle of any receive', async () => {
    const url = await create('orders');
    await send(url, 'one');
    const [first] = await receive(url, { VisibilityTimeout: 1 });
    seconds(1);
    const [second] = await receive(url, { VisibilityTimeout: 1 });
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    // Recorded on AWS: a later receive holds the message, and the earlier handle deletes it.
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
    seconds(1);
    expect(await receive(url)).toEqual([]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: second?.ReceiptHandle }));
  });

  it('is not deleted by a handle of nothing', async () => {
    const url = await create('orders');
    const other = await create('other');
    await send(other, 'one');
    const [message] = await receive(other);
    for (const ReceiptHandle of ['garbage', message?.ReceiptHandle]) {
      await expect(sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))).rejects.toBeInstanceOf(
        ReceiptHandleIsInvalid,
      );
    }
  });

  it('is kept longer or given back by changing its visibility', async () => {
    const url = await create('orders');
    await send(url, 'one');
    const [message] = await receive(url, { VisibilityTimeout: 10 });
    const change = (VisibilityTimeout: number, ReceiptHandle = message?.ReceiptHandle) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout }));
    await change(60);
    seconds(59);
    expect(await receive(url)).toEqual([]);
    await change(0);
    const [again] = await receive(url, { VisibilityTimeout: 1 });
    expect(again?.MessageId).toBe(message?.MessageId);
    // Recorded on AWS: the handle of an earlier receive works, while a later one holds the message
    // and after its timeout.
    await change(5);
    seconds(4);
    expect(await receive(url)).toEqual([]);
    seconds(1);
    await change(5);
    expect(await receive(url)).toEqual([]);
    seconds(5);
    await expect(change(43_201, again?.ReceiptHandle)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('is in flight for at most twelve hours', async () => {
    const url = await create('orders');
    await send(url, 'one');
    const [message] = await receive(url, { VisibilityTimeout: 43_200 });
    seconds(3600);
    const change = (VisibilityTimeout: number) =>
      sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
      );
    await expect(change(39_601)).rejects.toMatchObject({
      message: expect.stringContaining('beyond the limit [43200 seconds]'),
    });
    await change(39_600);
  });

  it('waits for its delay, its own before the queue’s', async () => {
    const url = await create('orders', { DelaySeconds: '10' });
    await send(url, 'slow');
    await send(url, 'now', { DelaySeconds: 0 });
    expect(bodies(await receive(url))).toEqual(['now']);
    seconds(10);
    expect(bodies(await receive(url))).toEqual(['slow']);
    await expect(send(url, 'x', { DelaySeconds: 901 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('goes when its retention is over, even while in flight', async () => {
    const url = await create('orders', { MessageRetentionPeriod: '60' });
    await send(url, 'one');
    await send(url, 'two');
    await receive(url, { MaxNumberOfMessages: 1, VisibilityTimeout: 10_000 });
    seconds(60);
    expect(await receive(url)).toEqual([]);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
  });

  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  it.each<[string, Partial<SendMessageCommandInput>, string]>([
    ['no body', { MessageBody: '' }, 'MissingParameter'],
    ['a control character', { MessageBody: 'a\u0001' }, 'InvalidMessageContents'],
    ['an unpaired surrogate', { MessageBody: 'a\uFFFE' }, 'InvalidMessageContents'],
    ['too many bytes', { MessageBody: 'x'.repeat(1_048_577) }, 'InvalidParameterValue'],
    [
      'attributes that exceed',
      { MessageBody: 'x'.repeat(1_048_576), MessageAttributes: { a: text('b') } },
      'InvalidParameterValue',
    ],
    [
      'eleven attributes',
      { MessageAttributes: Object.fromEntries([...'abcdefghijk'].map((name) => [name, text('x')])) },
      'InvalidParameterValue',
    ],
    ['an empty attribute', { MessageAttributes: { a: text('') } }, 'InvalidParameterValue'],
    ['a reserved attribute', { MessageAttributes: { 'AWS.x': text('x') } }, 'InvalidParameterValue'],
    ['an unknown type', { MessageAttributes: { a: { DataType: 'Str', StringValue: 'x' } } }, 'InvalidParameterValue'],
    [
      'a number that is none',
      { MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } } },
      'InvalidParameterValue',
    ],
    ['a deduplication id on a standard queue', { MessageDeduplicationId: 'a' }, 'InvalidParameterValue'],
  ])('is refused with %s', async (_what, input, code) => {
    const url = await create('orders');
    await expect(send(url, 'body', input)).rejects.toMatchObject({ name: code });
    expect(await receive(url)).toEqual([]);
  });

  it('may be exactly 1 MiB', async () => {
    const url = await create('orders');
    await send(url, 'x'.repeat(1_048_576));
    expect((await receive(url))[0]?.Body).toHaveLength(1_048_576);
  });
});

describe('a batch', () => {
  it('sends what is right and names what is not', async () => {
    const url = await create('orders', { MaximumMessageSize: '1024' });
    const { Successful, Failed } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: 'good', MessageBody: 'one' },
          { Id: 'large', MessageBody: 'x'.repeat(1025) },
        ],
      }),
    );
    expect(Successful).toMatchObject([{ Id: 'good', MD5OfMessageBody: 'f97c5d29941bfb1b2fdab0874906ab82' }]);
    expect(Failed).toMatchObject([{ Id: 'large', SenderFault: true, Code: 'InvalidParameterValue' }]);
    expect(bodies(await receive(url))).toEqual(['one']);
  });

  const entries = (count: number, body = 'x') =>
    Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody: body }));
  it.each([
    ['empty', [], 'EmptyBatchRequest'],
    ['of eleven', entries(11), 'TooManyEntriesInBatchRequest'],
    ['over 1 MiB', entries(2, 'x'.repeat(524_289)), 'BatchRequestTooLong'],
    ['with an id twice', [...entries(1), ...entries(1)], 'BatchEntryIdsNotDistinct'],
    ['with a malformed id', [{ Id: 'a:b', MessageBody: 'x' }], 'InvalidBatchEntryId'],
  ])('%s fails whole', async (_what, Entries, name) => {
    const url = await create('orders');
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))).rejects.toMatchObject({ name });
    expect(await receive(url)).toEqual([]);
  });

  it('deletes and changes visibility entry by entry', async () => {
    const url = await create('orders');
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries(3) }));
    const [first, second, third] = await receive(url);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: 'a', ReceiptHandle: first?.ReceiptHandle },
          { Id: 'b', ReceiptHandle: 'garbage' },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: 'a' }]);
    expect(deleted.Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }]);
    const changed = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: 'a', ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: 'b', ReceiptHandle: third?.ReceiptHandle, VisibilityTimeout: 100_000 },
        ],
      }),
    );
    expect(changed.Successful).toEqual([{ Id: 'a' }]);
    expect(changed.Failed).toMatchObject([{ Id: 'b' }]);
    expect((await receive(url)).map(({ MessageId }) => MessageId)).toEqual([second?.MessageId]);
  });

  it('touches its queue under the permission of the single action', async () => {
    const url = await create('orders');
    aws.clearCalls();
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries(1) }));
    expect(aws.calls()).toMatchObject([
      { operation: 'SendMessageBatch', touched: [{ action: 'sqs:SendMessage', resource: arnOf('orders') }] },
    ]);
  });
});

describe('a long poll', () => {
  it('wakes on arrival', async () => {
    const url = await create('orders');
    const poll = receive(url, { WaitTimeSeconds: 20 });
    await untilPolling();
    await send(url, 'one');
    expect(bodies(await poll)).toEqual(['one']);
  });

  it('wakes when a delay or a visibility timeout ends', async () => {
    const url = await create('orders', { ReceiveMessageWaitTimeSeconds: '20' });
    await send(url, 'one', { DelaySeconds: 5 });
    const delayed = receive(url, { VisibilityTimeout: 10 });
    await untilPolling();
    seconds(5);
    expect(bodies(await delayed)).toEqual(['one']);
    const hidden = receive(url);
    await untilPolling();
    seconds(10);
    expect(bodies(await hidden)).toEqual(['one']);
  });

  it('ends with nothing after its time', async () => {
    const url = await create('orders');
    const poll = receive(url, { WaitTimeSeconds: 20 });
    await untilPolling();
    seconds(20);
    expect(await poll).toEqual([]);
    await expect(receive(url, { WaitTimeSeconds: 21 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('is served in the order of arrival, one message each', async () => {
    const url = await create('orders');
    const first = receive(url, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 });
    await untilPolling();
    const second = receive(url, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 });
    await untilPolling(2);
    await send(url, 'one');
    await send(url, 'two');
    expect([bodies(await first), bodies(await second)]).toEqual([['one'], ['two']]);
  });

  it('takes nothing once its client has hung up', async () => {
    const url = await create('orders');
    const controller = new AbortController();
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }), {
      abortSignal: controller.signal,
    });
    await untilPolling();
    controller.abort();
    await expect(poll).rejects.toMatchObject({ name: 'AbortError' });
    await untilPolling(0);
    await send(url, 'one');
    const [message] = await receive(url);
    expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
  });

  it('ends when its queue goes, the endpoint resets or closes', async () => {
    const url = await create('orders');
    const deleted = receive(url, { WaitTimeSeconds: 20 });
    await untilPolling();
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    expect(await deleted).toEqual([]);
    const other = await create('other');
    const reset = receive(other, { WaitTimeSeconds: 20 });
    await untilPolling();
    aws.reset();
    expect(await reset).toEqual([]);
    await expect(receive(other)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    const third = await create('third');
    const closed = receive(third, { WaitTimeSeconds: 20 }).catch((error: unknown) => error);
    await untilPolling();
    await aws.close();
    await closed;
  });
});

function redrive(name: string, maxReceiveCount: number | string = 2): string {
  return JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount });
}

describe('a dead-letter queue', () => {
  it('gets what was received too often, as it was', async () => {
    const dead = await create('dead');
    const url = await create('orders', { RedrivePolicy: redrive('dead'), VisibilityTimeout: '1' });
    const sent = await send(url, 'poison', { MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } });
    for (let count = 0; count < 2; count += 1) {
      expect(await receive(url)).toHaveLength(1);
      seconds(1);
    }
    expect(await receive(url)).toEqual([]);
    const [letter] = await receive(dead);
    expect(letter).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'poison',
      MessageAttributes: { a: { StringValue: 'b' } },
      Attributes: { DeadLetterQueueSourceArn: arnOf('orders'), SentTimestamp: String(NOW) },
    });
    expect(await receive(url)).toEqual([]);
  });

  it('wakes those who wait for it', async () => {
    const dead = await create('dead');
    const url = await create('orders', { RedrivePolicy: redrive('dead', '1'), VisibilityTimeout: '0' });
    await send(url, 'poison');
    await receive(url);
    const poll = receive(dead, { WaitTimeSeconds: 20 });
    await untilPolling();
    expect(await receive(url)).toEqual([]);
    expect(bodies(await poll)).toEqual(['poison']);
  });

  it('gets it also when the only consumer is one that waits', async () => {
    const dead = await create('dead');
    const url = await create('orders', { RedrivePolicy: redrive('dead', 1), VisibilityTimeout: '5' });
    await send(url, 'poison');
    await receive(url);
    const poll = receive(url, { WaitTimeSeconds: 20 });
    await untilPolling();
    seconds(5);
    seconds(15);
    expect(await poll).toEqual([]);
    expect(bodies(await receive(dead))).toEqual(['poison']);
  });

  it('must be of the same type and another queue', async () => {
    const dead = await create('dead');
    await expect(create('orders.fifo', { FifoQueue: 'true', RedrivePolicy: redrive('dead') })).rejects.toMatchObject({
      message: expect.stringContaining('same type'),
    });
    await expect(
      sqs.send(new SetQueueAttributesCommand({ QueueUrl: dead, Attributes: { RedrivePolicy: redrive('dead') } })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('stops getting letters when the policy is taken away', async () => {
    await create('dead');
    const url = await create('orders', { RedrivePolicy: redrive('dead', 1), VisibilityTimeout: '0' });
    await send(url, 'poison');
    await receive(url);
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { RedrivePolicy: '' } }));
    expect(await receive(url)).toHaveLength(1);
  });

  it('may be part of a circle without a message going round in it', async () => {
    const a = await create('a', { VisibilityTimeout: '0' });
    const b = await create('b', { VisibilityTimeout: '0', RedrivePolicy: redrive('a', 1) });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: a, Attributes: { RedrivePolicy: redrive('b', 1) } }));
    await send(a, 'ping');
    await receive(a);
    const poll = receive(b, { WaitTimeSeconds: 20 });
    await untilPolling();
    expect(await receive(a)).toEqual([]);
    expect(bodies(await poll)).toEqual(['ping']);
  });
});

describe('a FIFO queue', () => {
  const fifo = (attributes: Record<string, string> = {}) => create('orders.fifo', { FifoQueue: 'true', ...attributes });
  const put = (url: string, group: string, body: string, id = body) =>
    send(url, body, { MessageGroupId: group, MessageDeduplicationId: id });

  it('keeps the order of a group and locks it while a message is in flight', async () => {
    const url = await fifo();
    for (const body of ['a1', 'a2', 'a3']) await put(url, 'a', body);
    await put(url, 'b', 'b1');
    const first = await receive(url, { MaxNumberOfMessages: 2 });
    expect(bodies(first)).toEqual(['a1', 'a2']);
    expect(bodies(await receive(url))).toEqual(['b1']);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first[0]?.ReceiptHandle }));
    expect(await receive(url)).toEqual([]);
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: first[1]?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(bodies(await receive(url))).toEqual(['a2', 'a3']);
  });

  it('accepts a message once in five minutes, deleted or not', async () => {
    const url = await fifo();
    const original = await put(url, 'a', 'one', 'same');
    const [message] = await receive(url);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
    const duplicate = await put(url, 'b', 'other', 'same');
    expect([duplicate.MessageId, duplicate.SequenceNumber]).toEqual([original.MessageId, original.SequenceNumber]);
    seconds(299.999);
    await put(url, 'a', 'one', 'same');
    expect(await receive(url)).toEqual([]);
    seconds(0.001);
    await put(url, 'a', 'one', 'same');
    expect(await receive(url)).toHaveLength(1);
  });

  it('deduplicates by content and per group when told', async () => {
    const url = await fifo({
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
    for (const MessageGroupId of ['a', 'a', 'b']) await send(url, 'same', { MessageGroupId });
    const messages = await receive(url);
    expect(messages.map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual(['a', 'b']);
    expect(messages[0]?.Attributes?.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
  });

  it('numbers its messages upwards', async () => {
    const url = await fifo();
    const numbers = [];
    for (const body of ['one', 'two', 'three']) numbers.push((await put(url, 'a', body)).SequenceNumber ?? '');
    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(numbers[0]).toMatch(/^\d{20}$/);
    expect((await receive(url))[0]?.Attributes).toMatchObject({ SequenceNumber: numbers[0], MessageGroupId: 'a' });
  });

  it('refuses a handle whose visibility has ended', async () => {
    const url = await fifo();
    await put(url, 'a', 'one');
    const [message] = await receive(url, { VisibilityTimeout: 1 });
    seconds(1);
    await expect(
      sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle })),
    ).rejects.toMatchObject({ message: expect.stringContaining('The receipt handle has expired.') });
  });

  it('needs a group and a deduplication id, and no delay of a message', async () => {
    const url = await fifo();
    await expect(send(url, 'x')).rejects.toMatchObject({ name: 'MissingParameter' });
    await expect(send(url, 'x', { MessageGroupId: 'a' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(
      send(url, 'x', { MessageGroupId: 'a', MessageDeduplicationId: 'b', DelaySeconds: 2 }),
    ).rejects.toMatchObject({ message: expect.stringContaining('not valid for this queue type') });
    await expect(
      sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: 'a', MessageBody: 'x' }] })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: 'The request must contain the parameter MessageGroupId.',
    });
  });

  it('lets nothing overtake a delayed message of its group', async () => {
    const url = await fifo({ DelaySeconds: '10' });
    await put(url, 'a', 'first');
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: '0' } }));
    await put(url, 'a', 'second');
    await put(url, 'b', 'other');
    expect(bodies(await receive(url))).toEqual(['other']);
    seconds(10);
    expect(bodies(await receive(url))).toEqual(['first', 'second']);
  });

  it('moves a poison message on, and the group goes on without it', async () => {
    const dead = await create('dead.fifo', { FifoQueue: 'true' });
    const url = await fifo({ RedrivePolicy: redrive('dead.fifo', 1), VisibilityTimeout: '1' });
    await put(url, 'a', 'poison');
    await put(url, 'a', 'good');
    expect(bodies(await receive(url, { MaxNumberOfMessages: 1 }))).toEqual(['poison']);
    seconds(1);
    expect(bodies(await receive(url))).toEqual(['good']);
    expect((await receive(dead))[0]?.Attributes).toMatchObject({
      MessageGroupId: 'a',
      DeadLetterQueueSourceArn: arnOf('orders.fifo'),
    });
  });
});

describe('the wire', () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20261101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=00';
  function raw(headers: Record<string, string>, body: string) {
    return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const request = httpRequest(aws.url, { method: 'POST', headers: { authorization, ...headers } }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      request.on('error', reject);
      request.end(body);
    });
  }
  const json = (operation: string, body: string) => raw({ 'x-amz-target': `AmazonSQS.${operation}` }, body);
  const query = (body: string) => raw({ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body);

  it('says an error in both of its names', async () => {
    const answer = await json(
      'SendMessage',
      JSON.stringify({ QueueUrl: `${aws.url}/123456789012/nope`, MessageBody: 'x' }),
    );
    expect(answer).toMatchObject({
      status: 400,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender',
        'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(JSON.parse(answer.text)).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['text', '"x"'],
    ['a number for a string', '{"QueueName":1}'],
    ['a list for a map', '{"QueueName":"a","Attributes":[]}'],
    ['a number in a map of strings', '{"QueueName":"a","Attributes":{"DelaySeconds":1}}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')],
  ])('refuses %s', async (_what, body) => {
    const answer = await json('CreateQueue', body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).__type).toBe('com.amazonaws.sqs#SerializationException');
  });

  it('speaks the old Query protocol too', async () => {
    const created = await query(
      'Action=CreateQueue&QueueName=old&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=7&Attribute.2.Name=DelaySeconds&Attribute.2.Value=0',
    );
    expect(created.text).toContain(`<QueueUrl>${aws.url}/123456789012/old</QueueUrl>`);
    const url = encodeURIComponent(`${aws.url}/123456789012/old`);
    const sent = await query(
      `Action=SendMessageBatch&QueueUrl=${url}&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=${encodeURIComponent('<&>')}` +
        '&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=kind&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=String' +
        '&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=new',
    );
    expect(sent.text).toMatch(/<SendMessageBatchResult><SendMessageBatchResultEntry><Id>a<\/Id><MessageId>/);
    const received = await query(
      `Action=ReceiveMessage&QueueUrl=${url}&MaxNumberOfMessages=10&AttributeName.1=ApproximateReceiveCount&MessageAttributeName.1=All`,
    );
    expect(received.text).toContain('<Body>&lt;&amp;&gt;</Body>');
    expect(received.text).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>');
    expect(received.text).toContain(
      '<MessageAttribute><Name>kind</Name><Value><DataType>String</DataType><StringValue>new</StringValue></Value></MessageAttribute>',
    );
    const attributes = await query(`Action=GetQueueAttributes&QueueUrl=${url}&AttributeName.1=VisibilityTimeout`);
    expect(attributes.text).toContain('<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>');
    const missing = await query(`Action=ReceiveMessage&QueueUrl=${url}x`);
    expect(missing.status).toBe(400);
    expect(missing.text).toContain('<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    const malformed = await query(`Action=ReceiveMessage&QueueUrl=${url}&MaxNumberOfMessages=many`);
    expect(malformed.text).toContain('<Code>MalformedInput</Code>');
  });
});
