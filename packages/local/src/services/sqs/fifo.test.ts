import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { arnOf, bodies, create, receive, redrive, seconds, send, sqs } from './queue-client.fixture.ts';

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
