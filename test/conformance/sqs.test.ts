import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, ReceiveMessageCommandInput, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import {
  AddPermissionCommand,
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  RemovePermissionCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

const NOW = Date.UTC(2026, 10, 20);
const stopped = () => createClock(() => NOW);
const connect = (aws: LocalAws) =>
  new SQSClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

let aws: LocalAws;
let sqs: SQSClient;
beforeEach(async () => {
  aws = await startLocalAws({ clock: stopped() });
  sqs = connect(aws);
});
afterEach(async () => {
  sqs.destroy();
  await aws.close();
});

const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
const urlOf = (name: string) => `${aws.url}/123456789012/${name}`;
const redriveTo = (name: string, maxReceiveCount = 1) =>
  JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount });

const create = (QueueName: string, Attributes: Record<string, string> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
const set = (name: string, Attributes: Record<string, string>) =>
  sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(name), Attributes }));
const send = (name: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody, ...more }));

async function receive(name: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const input = {
    QueueUrl: urlOf(name),
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All' as const],
    MessageAttributeNames: ['All'],
    ...more,
  };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
const attributesOf = async (name: string) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ['All'] }))).Attributes ?? {};
/** Lets what is due at once happen. */
const settle = async () => {
  aws.clock.advance(0);
  await new Promise((resolve) => setImmediate(resolve));
};
const seconds = (count: number) => aws.clock.advance(count * 1000);

/** A queue `name` whose dead letters, as many as `count`, are in `dead`. */
async function deadLetters(name: string, count: number, dead = 'dead'): Promise<void> {
  const fifo: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  await create(dead, fifo);
  await create(name, { ...fifo, RedrivePolicy: redriveTo(dead), VisibilityTimeout: '0' });
  for (let index = 0; index < count; index += 1) {
    const ids = name.endsWith('.fifo') ? { MessageGroupId: 'g', MessageDeduplicationId: `${index}` } : {};
    await send(name, `${index}`, ids);
    await receive(name, { MaxNumberOfMessages: 1 });
    await receive(name);
  }
  expect(await attributesOf(dead)).toMatchObject({ ApproximateNumberOfMessages: `${count}` });
}

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
    ['a queue that is no dead-letter queue', { SourceArn: arnOf('orders') }, 'InvalidParameterValue', 400],
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
      aws = await startLocalAws({ clock: stopped(), snapshot: folder });
      sqs = connect(aws);
      await deadLetters('orders', 3);
      await create('jobs.fifo', { FifoQueue: 'true' });
      for (const id of ['1', '2']) await send('jobs.fifo', id, { MessageGroupId: 'a', MessageDeduplicationId: id });
      const [held] = await receive('jobs.fifo', { MaxNumberOfMessages: 1, VisibilityTimeout: 60 });
      await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 1 }));
      await settle();
      await aws.close();
      aws = await startLocalAws({ clock: stopped(), snapshot: folder });
      sqs = connect(aws);
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

describe('a permission', () => {
  const grant = (Label: string, Actions: string[] = ['SendMessage'], AWSAccountIds = ['111122223333']) =>
    sqs.send(new AddPermissionCommand({ QueueUrl: urlOf('orders'), Label, Actions, AWSAccountIds }));
  const revoke = (Label: string) => sqs.send(new RemovePermissionCommand({ QueueUrl: urlOf('orders'), Label }));

  it('is a statement of the policy until it is removed', async () => {
    await create('orders');
    await grant('one');
    await grant('two', ['ReceiveMessage', 'DeleteMessage'], ['111122223333', '444455556666']);
    expect(JSON.parse((await attributesOf('orders')).Policy ?? '')).toEqual({
      Version: '2008-10-17',
      Id: `${arnOf('orders')}/SQSDefaultPolicy`,
      Statement: [
        {
          Sid: 'one',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'SQS:SendMessage',
          Resource: arnOf('orders'),
        },
        {
          Sid: 'two',
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::444455556666:root'] },
          Action: ['SQS:ReceiveMessage', 'SQS:DeleteMessage'],
          Resource: arnOf('orders'),
        },
      ],
    });
    await expect(grant('one')).rejects.toThrow('Value one for parameter Label is invalid. Reason: Already exists.');
    await revoke('one');
    await revoke('two');
    expect(await attributesOf('orders')).not.toHaveProperty('Policy');
    await expect(revoke('two')).rejects.toThrow("can't find label.");
  });

  it('keeps a policy that was set', async () => {
    const Policy = {
      Version: '2012-10-17',
      Statement: [{ Sid: 'mine', Effect: 'Deny', Principal: '*', Action: 'SQS:*' }],
    };
    await create('orders', { Policy: JSON.stringify(Policy) });
    await grant('one');
    await revoke('one');
    expect(JSON.parse((await attributesOf('orders')).Policy ?? '')).toEqual(Policy);
  });

  it.each([
    ['an action of the owner', ['CreateQueue'], 'Only the queue owner is allowed to invoke this action.', 400],
    ['an unknown action', ['SendMessageBatch'], 'Please refer to the appropriate WSDL', 400],
    ['no action', [], 'The request must contain the parameter ActionName.', 400],
    [
      'eight actions',
      Array.from({ length: 8 }, () => 'SendMessage'),
      '8 Actions were found, maximum allowed is 7.',
      403,
    ],
  ])('is not given for %s', async (_what, actions, message, httpStatusCode) => {
    await create('orders');
    await expect(grant('one', actions)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode },
    });
  });

  it('needs an account, a label, and room', async () => {
    await create('orders');
    await expect(grant('one', ['SendMessage'], ['me'])).rejects.toThrow('Unable to verify.');
    await expect(grant('a b')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    for (let count = 0; count < 20; count += 1) await grant(`l${count}`);
    await expect(grant('more')).rejects.toMatchObject({ name: 'OverLimit' });
  });
});

describe('a receive under a ReceiveRequestAttemptId', () => {
  const attempt = (id: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
    receive('jobs.fifo', { ReceiveRequestAttemptId: id, VisibilityTimeout: 60, MaxNumberOfMessages: 2, ...more });
  beforeEach(async () => {
    await create('jobs.fifo', { FifoQueue: 'true' });
    for (const id of ['1', '2', '3']) await send('jobs.fifo', id, { MessageGroupId: 'a', MessageDeduplicationId: id });
  });

  it('gives the same messages under the same handles, and hides them anew', async () => {
    const first = await attempt('x');
    expect(bodies(first)).toEqual(['1', '2']);
    seconds(40);
    const again = await attempt('x');
    expect(again.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(first.map(({ ReceiptHandle }) => ReceiptHandle));
    expect(again[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    seconds(40);
    expect(await attempt('y')).toEqual([]);
    seconds(20);
    expect(bodies(await attempt('y'))).toEqual(['1', '2']);
  });

  it('is a new one once a message was deleted, changed, or five minutes went by', async () => {
    const [first, second] = await attempt('x');
    const QueueUrl = urlOf('jobs.fifo');
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(await attempt('x')).toEqual([]);
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(bodies(await attempt('x', { VisibilityTimeout: 1000 }))).toEqual(['2', '3']);
    seconds(299);
    expect(bodies(await attempt('x', { VisibilityTimeout: 1000 }))).toEqual(['2', '3']);
    seconds(300);
    expect(await attempt('x')).toEqual([]);
  });

  it('is for FIFO queues and well-formed ids', async () => {
    await create('orders');
    await expect(receive('orders', { ReceiveRequestAttemptId: 'x' })).rejects.toThrow('not valid for this queue type');
    await expect(attempt('a b')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('a fair queue', () => {
  it('gives the messages of a quiet group before those of a noisy one', async () => {
    await create('orders');
    const put = (group: string | undefined, body: string) => send('orders', body, { MessageGroupId: group });
    for (let count = 0; count < 12; count += 1) await put('noisy', `noisy ${count}`);
    expect(await receive('orders')).toHaveLength(10);
    await put('quiet', 'quiet');
    await put(undefined, 'alone');
    const next = await receive('orders', { MaxNumberOfMessages: 2 });
    expect(bodies(next)).toEqual(['quiet', 'alone']);
    expect(next[0]?.Attributes).toMatchObject({ MessageGroupId: 'quiet' });
    expect(bodies(await receive('orders'))).toEqual(['noisy 10', 'noisy 11']);
  });
});

describe('what is refused', () => {
  it.each([
    ['no X-Ray header', { DataType: 'String', StringValue: 'hello' }],
    ['a malformed root', { DataType: 'String', StringValue: 'Root=1-2-3' }],
    ['a malformed parent', { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=1' }],
    ['no root', { DataType: 'String', StringValue: 'Sampled=1' }],
    ['another type', { DataType: 'Number', StringValue: '1' }],
  ])('as AWSTraceHeader: %s', async (_what, AWSTraceHeader) => {
    await create('orders');
    await expect(send('orders', 'x', { MessageSystemAttributes: { AWSTraceHeader } })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    const valid = 'Self=1-67891234-12456789abcdef012345678a;Root=1-67891233-abcdef012345678912345678;Lineage=a:1|b:2';
    await send('orders', 'x', {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: valid } },
    });
  });

  it('as settings that do not go together', async () => {
    const fifo = { FifoQueue: 'true' };
    const high = { ...fifo, FifoThroughputLimit: 'perMessageGroupId' };
    await expect(create('a.fifo', high)).rejects.toMatchObject({ name: 'InvalidAttributeValue' });
    await create('a.fifo', { ...high, DeduplicationScope: 'messageGroup' });
    await expect(set('a.fifo', { DeduplicationScope: 'queue' })).rejects.toMatchObject({
      name: 'InvalidAttributeValue',
    });
    await expect(create('b', { KmsMasterKeyId: 'alias/a', SqsManagedSseEnabled: 'true' })).rejects.toThrow(
      'You can use one type of server-side encryption (SSE) at one time.',
    );
    await create('b', { KmsMasterKeyId: 'alias/a' });
    expect(await attributesOf('b')).toMatchObject({ SqsManagedSseEnabled: 'false', KmsMasterKeyId: 'alias/a' });
    await set('b', { SqsManagedSseEnabled: 'true' });
    expect(await attributesOf('b')).not.toHaveProperty('KmsMasterKeyId');
  });

  it.each([
    ['{"maxReceiveCount":1}', 'mandatory attribute: deadLetterTargetArn'],
    ['{"deadLetterTargetArn":"x"}', 'mandatory attribute: maxReceiveCount'],
    ['{"deadLetterTargetArn":"x","maxReceiveCount":1001}', 'valid values are from 1 to 1000 both inclusive'],
    ['{"deadLetterTargetArn":"x","maxReceiveCount":1}', 'Invalid value for deadLetterTargetArn'],
    [
      `{"deadLetterTargetArn":"${arnOf('dead')}","maxReceiveCount":1,"more":1}`,
      'Only following attributes are supported',
    ],
  ])('as redrive policy: %s', async (RedrivePolicy, message) => {
    await create('dead');
    await expect(create('orders', { RedrivePolicy })).rejects.toThrow(message);
  });

  it('as tags', async () => {
    await create('orders');
    const tag = (Tags: Record<string, string>) => sqs.send(new TagQueueCommand({ QueueUrl: urlOf('orders'), Tags }));
    await expect(tag({ ['k'.repeat(129)]: '' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(tag({ a: 'v'.repeat(257) })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(tag({ 'aws:a': '' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(tag(Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ''])))).rejects.toThrow(
      'Too many tags added for queue orders.',
    );
  });

  it('as a batch of more than 1 MiB, attributes included, and not at exactly 1 MiB', async () => {
    await create('orders');
    const entry = (Id: string, length: number) => ({
      Id,
      MessageBody: 'x'.repeat(length),
      MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } },
    });
    const batch = (lengths: number[]) =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: urlOf('orders'),
          Entries: lengths.map((length, index) => entry(`e${index}`, length)),
        }),
      );
    // An attribute counts by its name, its type and its value: 1 + 6 + 1 bytes.
    expect((await batch([524_280, 524_280])).Successful).toHaveLength(2);
    await expect(batch([524_280, 524_281])).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
  });
});

describe('the Query protocol', () => {
  async function query(parameters: Record<string, string>) {
    const answer = await fetch(aws.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20261101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: new URLSearchParams(parameters),
    });
    return { status: answer.status, text: await answer.text() };
  }

  it('speaks of permissions, sources and move tasks', async () => {
    await deadLetters('orders', 1);
    const QueueUrl = urlOf('dead');
    const granted = await query({
      Action: 'AddPermission',
      QueueUrl,
      Label: 'l',
      'AWSAccountId.1': '111122223333',
      'ActionName.1': 'SendMessage',
    });
    expect(granted.status).toBe(200);
    expect((await attributesOf('dead')).Policy).toContain('"Sid":"l"');
    const sources = await query({ Action: 'ListDeadLetterSourceQueues', QueueUrl });
    expect(sources.text).toContain(`<ListDeadLetterSourceQueuesResult><QueueUrl>${urlOf('orders')}</QueueUrl>`);
    const started = await query({
      Action: 'StartMessageMoveTask',
      SourceArn: arnOf('dead'),
      MaxNumberOfMessagesPerSecond: '5',
    });
    expect(started.text).toContain('<StartMessageMoveTaskResult><TaskHandle>');
    await settle();
    const listed = await query({ Action: 'ListMessageMoveTasks', SourceArn: arnOf('dead'), MaxResults: '10' });
    expect(listed.text).toContain('<ListMessageMoveTasksResultEntry><Status>COMPLETED</Status>');
    const missing = await query({ Action: 'ListMessageMoveTasks', SourceArn: arnOf('nope') });
    expect([missing.status, missing.text]).toEqual([
      404,
      expect.stringContaining('<Code>ResourceNotFoundException</Code>'),
    ]);
  });
});

describe(`the AWS CLI (${hasAwsCli ? 'installed' : 'not installed here'})`, () => {
  it.runIf(hasAwsCli)('sends, receives, grants and moves dead letters', { timeout: 180_000 }, async () => {
    const cli = (...args: string[]) => awsCli(aws.url, 'sqs', ...args);
    await deadLetters('orders', 1);
    const QueueUrl = urlOf('orders');
    expect(await cli('create-queue', '--queue-name', 'fresh')).toEqual({ QueueUrl: urlOf('fresh') });
    expect(await cli('list-dead-letter-source-queues', '--queue-url', urlOf('dead'))).toEqual({
      queueUrls: [QueueUrl],
    });
    await cli('start-message-move-task', '--source-arn', arnOf('dead'));
    expect(await cli('list-message-move-tasks', '--source-arn', arnOf('dead'))).toMatchObject({
      Results: [{ ApproximateNumberOfMessagesMoved: 1 }],
    });
    expect(await cli('receive-message', '--queue-url', QueueUrl)).toMatchObject({ Messages: [{ Body: '0' }] });
    const account = ['--aws-account-ids', '111122223333', '--actions', 'SendMessage'];
    await cli('add-permission', '--queue-url', QueueUrl, '--label', 'l', ...account);
    expect((await attributesOf('orders')).Policy).toContain('"Sid":"l"');
    await expect(cli('get-queue-url', '--queue-name', 'nope')).rejects.toThrow(
      'AWS.SimpleQueueService.NonExistentQueue',
    );
  });
});
