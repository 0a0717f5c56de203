import type { ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import {
  AddPermissionCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  RemovePermissionCommand,
  SendMessageBatchCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import {
  arnOf,
  attributesOf,
  aws,
  bodies,
  create,
  deadLetters,
  prepareQueues,
  receive,
  seconds,
  send,
  set,
  settle,
  sqs,
  urlOf,
} from './sqs.fixture.ts';

prepareQueues();

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
  describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', () => {
    it('sends, receives, grants and moves dead letters', { timeout: 180_000 }, async () => {
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
});
