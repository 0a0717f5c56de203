import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CancelMessageMoveTaskCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import {
  arnOf,
  attributesOf,
  aws,
  bodies,
  create,
  deadLetters,
  NOW,
  prepareQueues,
  receive,
  redriveTo,
  seconds,
  send,
  set,
  settle,
  sqs,
  start as startAws,
  urlOf,
} from './sqs.fixture.ts';

prepareQueues();

describe('a message move task', () => {
  const start = (input: { SourceArn?: string; DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number } = {}) =>
    sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('dead'), ...input }));
  const tasks = async (MaxResults?: number) =>
    (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf('dead'), MaxResults }))).Results ?? [];

  it('brings dead letters back to where they came from, as new messages', async () => {
    await deadLetters('orders', 3);
    seconds(5);
    const { TaskHandle } = await start();
    expect(TaskHandle).toEqual(expect.any(String));
    await settle();
    expect(await tasks()).toEqual([
      {
        Status: 'COMPLETED',
        SourceArn: arnOf('dead'),
        ApproximateNumberOfMessagesMoved: 3,
        ApproximateNumberOfMessagesToMove: 3,
        StartedTimestamp: NOW + 5000,
      },
    ]);
    const back = await receive('orders');
    expect(bodies(back).sort()).toEqual(['0', '1', '2']);
    for (const { Attributes } of back) {
      expect(Attributes).toMatchObject({ ApproximateReceiveCount: '1', SentTimestamp: String(NOW + 5000) });
      expect(Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    }
    expect(await receive('dead')).toEqual([]);
  });

  it('keeps to its rate, tells how far it is, and can be cancelled', async () => {
    await deadLetters('orders', 5);
    await create('elsewhere');
    const { TaskHandle } = await start({ DestinationArn: arnOf('elsewhere'), MaxNumberOfMessagesPerSecond: 2 });
    await settle();
    expect(await tasks()).toMatchObject([
      { TaskHandle, Status: 'RUNNING', DestinationArn: arnOf('elsewhere'), MaxNumberOfMessagesPerSecond: 2 },
    ]);
    await expect(start()).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message:
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    });
    seconds(1);
    expect((await tasks())[0]).toMatchObject({ ApproximateNumberOfMessagesMoved: 4 });
    const cancelled = await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBe(4);
    expect((await tasks())[0]).toMatchObject({ Status: 'CANCELLING' });
    seconds(1);
    expect((await tasks())[0]).toMatchObject({ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: 4 });
    expect((await tasks())[0]).not.toHaveProperty('TaskHandle');
    await expect(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toMatchObject({
      name: 'UnsupportedOperation',
    });
    expect(await receive('elsewhere')).toHaveLength(4);
    expect(await receive('dead')).toHaveLength(1);
    await start();
    await settle();
    expect((await tasks(10)).map(({ Status }) => Status)).toEqual(['COMPLETED', 'CANCELLED']);
  });

  it('fails on a message that was sent to the dead-letter queue directly, and leaves it there', async () => {
    await deadLetters('orders', 0);
    await send('dead', 'stray');
    await start();
    await settle();
    expect(await tasks()).toMatchObject([
      { Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource', ApproximateNumberOfMessagesMoved: 0 },
    ]);
    await create('elsewhere');
    await start({ DestinationArn: arnOf('elsewhere') });
    await settle();
    expect(bodies(await receive('elsewhere'))).toEqual(['stray']);
  });

  it('fails where the source of a message is gone', async () => {
    await deadLetters('orders', 1);
    await create('other', { RedrivePolicy: redriveTo('dead') });
    await sqs.send(new DeleteQueueCommand({ QueueUrl: urlOf('orders') }));
    await start();
    await settle();
    expect(await tasks()).toMatchObject([
      { Status: 'FAILED', FailureReason: 'AWS.SimpleQueueService.NonExistentQueue' },
    ]);
    expect(await receive('dead')).toHaveLength(1);
  });

  it('keeps the order of a FIFO queue and moves to FIFO queues alone', async () => {
    await deadLetters('orders.fifo', 3, 'dead.fifo');
    await create('standard');
    const SourceArn = arnOf('dead.fifo');
    await expect(start({ SourceArn, DestinationArn: arnOf('standard') })).rejects.toThrow(
      'The source queue and destination queue must be of the same queue type.',
    );
    await start({ SourceArn });
    await settle();
    expect(bodies(await receive('orders.fifo', { VisibilityTimeout: 60 }))).toEqual(['0', '1', '2']);
  });

  it.each([
    ['a queue that is not a dead-letter queue', { SourceArn: arnOf('orders') }, 'InvalidParameterValue', 400],
    ['a source that is not there', { SourceArn: arnOf('nope') }, 'ResourceNotFoundException', 404],
    ['a source that is no ARN', { SourceArn: 'nope' }, 'InvalidParameterValue', 400],
    ['a destination that is not there', { DestinationArn: arnOf('nope') }, 'ResourceNotFoundException', 404],
    ['itself as destination', { DestinationArn: arnOf('dead') }, 'InvalidParameterValue', 400],
    ['a rate of 501', { MaxNumberOfMessagesPerSecond: 501 }, 'InvalidParameterValue', 400],
  ])('refuses %s', async (_what, input, name, httpStatusCode) => {
    await deadLetters('orders', 0);
    await expect(start(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  });

  it('refuses a handle of nothing', async () => {
    const TaskHandle = Buffer.from('{"taskId":"a","sourceArn":"b"}').toString('base64');
    await expect(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a snapshot', () => {
  it('brings queues back with what is in flight, and a move task goes on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twelvefold-sqs-'));
    try {
      await aws.close();
      await startAws(folder);
      await deadLetters('orders', 3);
      await create('jobs.fifo', { FifoQueue: 'true' });
      for (const id of ['1', '2']) await send('jobs.fifo', id, { MessageGroupId: 'a', MessageDeduplicationId: id });
      const [held] = await receive('jobs.fifo', { MaxNumberOfMessages: 1, VisibilityTimeout: 60 });
      await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 1 }));
      await settle();
      await aws.close();
      await startAws(folder);
      for (let count = 0; count < 3; count += 1) {
        await settle();
        seconds(1);
      }
      expect(await attributesOf('orders')).toMatchObject({ ApproximateNumberOfMessages: '3' });
      expect(await receive('jobs.fifo')).toEqual([]);
      expect(await send('jobs.fifo', '2', { MessageGroupId: 'a', MessageDeduplicationId: '2' })).toHaveProperty(
        'MessageId',
      );
      await sqs.send(new DeleteMessageCommand({ QueueUrl: urlOf('jobs.fifo'), ReceiptHandle: held?.ReceiptHandle }));
      expect(bodies(await receive('jobs.fifo'))).toEqual(['2']);
    } finally {
      await aws.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the sources of a dead-letter queue', () => {
  const list = (more: { MaxResults?: number; NextToken?: string | undefined } = {}) =>
    sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: urlOf('dead'), ...more }));

  it('are listed in pages', async () => {
    await create('dead');
    expect((await list()).queueUrls).toEqual([]);
    for (const name of ['c', 'a', 'b']) await create(name, { RedrivePolicy: redriveTo('dead') });
    await create('apart');
    expect((await list()).queueUrls).toEqual(['a', 'b', 'c'].map(urlOf));
    const first = await list({ MaxResults: 2 });
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });
    expect([first.queueUrls, second.queueUrls, second.NextToken]).toEqual([
      ['a', 'b'].map(urlOf),
      [urlOf('c')],
      undefined,
    ]);
    await set('a', { RedrivePolicy: '' });
    expect((await list()).queueUrls).toEqual(['b', 'c'].map(urlOf));
    await expect(list({ MaxResults: 0 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('need its permission', async () => {
    await create('dead', {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arnOf('friend')] }),
    });
    await create('friend', { RedrivePolicy: redriveTo('dead') });
    await create('stranger');
    await expect(set('stranger', { RedrivePolicy: redriveTo('dead') })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await set('dead', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    await expect(create('second', { RedrivePolicy: redriveTo('dead') })).rejects.toThrow('RedrivePolicy is invalid');
    await set('dead', { RedriveAllowPolicy: '' });
    await create('second', { RedrivePolicy: redriveTo('dead') });
  });

  it.each([
    ['no JSON', '{', 'unsupported format'],
    ['no permission', '{}', 'unsupported format'],
    ['an unknown permission', '{"redrivePermission":"some"}', 'unsupported format'],
    ['byQueue without queues', '{"redrivePermission":"byQueue"}', 'one or more sourceQueueArns'],
    [
      'queues without byQueue',
      '{"redrivePermission":"allowAll","sourceQueueArns":["a"]}',
      'set redrivePermission to byQueue',
    ],
    [
      'eleven queues',
      JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: Array.from({ length: 11 }, String) }),
      'you can specify is 10',
    ],
  ])('are not allowed by a policy of %s', async (_what, RedriveAllowPolicy, message) => {
    await expect(create('dead', { RedriveAllowPolicy })).rejects.toThrow(message);
  });
});
