import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiptHandleIsInvalid,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { arnOf, aws, bodies, create, NOW, receive, seconds, send, sqs, TRACE } from './queue-client.fixture.ts';

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
