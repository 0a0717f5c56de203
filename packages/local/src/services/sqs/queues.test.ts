import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import {
  arnOf,
  aws,
  bodies,
  client,
  create,
  NOW,
  receive,
  redrive,
  seconds,
  send,
  sqs,
  untilPolling,
} from './queue-client.fixture.ts';

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
    ['a redrive policy that is not JSON', 'a', { RedrivePolicy: '{' }, 'InvalidParameterValue'],
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
