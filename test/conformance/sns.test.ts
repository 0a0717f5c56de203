import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  PublishBatchCommand,
  PublishCommand,
  RemovePermissionCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import {
  aws,
  confirmed,
  createQueue,
  createTopic,
  isSigned,
  listen,
  prepareTopics,
  publish,
  queueArn,
  REGION,
  receive,
  retrying,
  seconds,
  sns,
  sqs,
  subscribe,
  TOPIC,
  turn,
} from './sns.fixture.ts';

prepareTopics();

const FUNCTION = `arn:aws:lambda:${REGION}:123456789012:function:orders`;

describe('a function', () => {
  it('is invoked with the event that AWS sends', async () => {
    await createTopic();
    const events: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      aws.functions.register(FUNCTION, async (event) => {
        events.push(event);
        resolve();
      });
    });
    const arn = await subscribe('lambda', FUNCTION);
    const { MessageId } = await publish('hello', {
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'placed' } },
    });
    await done;
    expect(events).toEqual([
      {
        Records: [
          {
            EventSource: 'aws:sns',
            EventVersion: '1.0',
            EventSubscriptionArn: arn,
            Sns: {
              Type: 'Notification',
              MessageId,
              TopicArn: TOPIC,
              Subject: null,
              Message: 'hello',
              Timestamp: '2026-11-20T12:00:00.000Z',
              SignatureVersion: '1',
              Signature: expect.any(String),
              SigningCertUrl: expect.stringMatching(/\.pem$/),
              UnsubscribeUrl: `${aws.url}/?Action=Unsubscribe&SubscriptionArn=${arn}`,
              MessageAttributes: { kind: { Type: 'String', Value: 'placed' } },
            },
          },
        ],
      },
    ]);
  });

  it('that fails is invoked twice more, after one and two minutes', async () => {
    await createTopic();
    let count = 0;
    aws.functions.register(FUNCTION, async () => {
      count += 1;
      throw new Error('no');
    });
    await subscribe('lambda', FUNCTION);
    await publish('x');
    await retrying(60);
    seconds(59);
    expect(count).toBe(1);
    seconds(1);
    await retrying(120);
    seconds(119);
    expect(count).toBe(2);
    seconds(1);
    await turn();
    seconds(3600);
    await turn();
    expect(count).toBe(3);
  });

  it('that is not there leaves the message to the dead-letter queue', async () => {
    await createTopic();
    await createQueue('dead');
    await subscribe('lambda', FUNCTION, {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }),
    });
    await publish('lost');
    const [letter] = await receive('dead', 20);
    expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ Message: 'lost' });
  });
});

describe('a queue', () => {
  it('gets signed messages', async () => {
    await createTopic();
    await createQueue('queue');
    await subscribe('sqs', queueArn('queue'));
    await publish('hello', { Subject: 'greeting' });
    const [message] = await receive('queue');
    expect(await isSigned(message?.Body ?? '')).toBe(true);
  });

  it('may be in another region', async () => {
    await createTopic();
    const there = new SQSClient({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { QueueUrl } = await there.send(new CreateQueueCommand({ QueueName: 'far' }));
    await subscribe('sqs', 'arn:aws:sqs:us-east-1:123456789012:far', { RawMessageDelivery: 'true' });
    await publish('hello');
    expect((await there.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toMatchObject([{ Body: 'hello' }]);
    there.destroy();
  });

  it('is fair to groups that a standard topic names', async () => {
    await createTopic();
    await createQueue('queue');
    await subscribe('sqs', queueArn('queue'), { RawMessageDelivery: 'true' });
    await publish('x', { MessageGroupId: 'tenant' });
    const [message] =
      (
        await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: `${aws.url}/123456789012/queue`,
            MessageSystemAttributeNames: ['MessageGroupId'],
          }),
        )
      ).Messages ?? [];
    expect(message?.Attributes).toEqual({ MessageGroupId: 'tenant' });
  });
});

describe('a message', () => {
  it('says to each protocol what it says', async () => {
    await createTopic();
    await createQueue('queue');
    await using receiver = await listen();
    await confirmed(receiver);
    await subscribe('sqs', queueArn('queue'));
    await publish(JSON.stringify({ default: 'd', http: 'h' }), { MessageStructure: 'json' });
    const { body } = await receiver.got(2);
    expect([JSON.parse(body).Message, await isSigned(body)]).toEqual(['h', true]);
    const [message] = await receive('queue');
    expect(JSON.parse(message?.Body ?? '').Message).toBe('d');
    expect(await isSigned(message?.Body ?? '')).toBe(true);
  });

  it('needs somewhere to go', async () => {
    await expect(sns.send(new PublishCommand({ Message: 'x' }))).rejects.toThrow(
      'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
    );
  });

  it('of a batch fails no other, whatever its delivery does', async () => {
    await createTopic();
    await using receiver = await listen();
    await confirmed(receiver);
    receiver.status = 400;
    const Entries = ['a', 'b'].map((Id) => ({ Id, Message: Id }));
    const { Successful } = await sns.send(
      new PublishBatchCommand({ TopicArn: TOPIC, PublishBatchRequestEntries: Entries }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
    await receiver.got(3);
  });
});

describe('a subscription', () => {
  it.each([
    ['https', 'http://example.com', 'Endpoint must match the specified protocol'],
    ['http', 'example.com', 'Endpoint must match the specified protocol'],
    ['lambda', 'orders', 'Lambda endpoint ARN'],
  ])('of %s is refused for %s', async (protocol, endpoint, message) => {
    await createTopic();
    await expect(subscribe(protocol, endpoint)).rejects.toThrow(`Invalid parameter: ${message}`);
  });

  it('of a function is never raw, of a FIFO topic always a queue', async () => {
    await createTopic();
    await expect(subscribe('lambda', FUNCTION, { RawMessageDelivery: 'true' })).rejects.toThrow(
      'Delivery protocol [lambda] does not support raw message delivery.',
    );
    await sns.send(new CreateTopicCommand({ Name: 'f.fifo', Attributes: { FifoTopic: 'true' } }));
    const input = { TopicArn: TOPIC.replace('events', 'f.fifo'), Protocol: 'lambda', Endpoint: FUNCTION };
    await expect(sns.send(new SubscribeCommand(input))).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('of a topic for large messages is of a queue or a function', async () => {
    await createTopic({ MaximumMessageSize: '1048576' });
    await expect(subscribe('http', 'http://127.0.0.1:1/')).rejects.toThrow('above 256 KiB');
    await subscribe('lambda', FUNCTION);
    await sns.send(new DeleteTopicCommand({ TopicArn: TOPIC }));
    await createTopic();
    await subscribe('http', 'http://127.0.0.1:1/');
    const raise = { TopicArn: TOPIC, AttributeName: 'MaximumMessageSize', AttributeValue: '262145' };
    await expect(sns.send(new SetTopicAttributesCommand(raise))).rejects.toThrow('above 256 KiB');
  });

  it('has one of 200 filter policies at most', async () => {
    await createTopic();
    const FilterPolicy = '{"kind":["a"]}';
    for (let count = 0; count < 200; count += 1) await subscribe('sqs', queueArn(`q${count}`), { FilterPolicy });
    await expect(subscribe('sqs', queueArn('more'), { FilterPolicy })).rejects.toMatchObject({
      name: 'FilterPolicyLimitExceededException',
      $metadata: { httpStatusCode: 403 },
    });
    await subscribe('sqs', queueArn('more'));
  });
});

describe('a permission', () => {
  const grant = (Label: string, ActionName = ['Publish'], AWSAccountId = ['111122223333']) =>
    sns.send(new AddPermissionCommand({ TopicArn: TOPIC, Label, ActionName, AWSAccountId }));
  const statements = async () => {
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }));
    return JSON.parse(Attributes?.Policy ?? '').Statement;
  };

  it('is a statement beside the default one until it is removed', async () => {
    await createTopic();
    await grant('one', ['Publish', 'Subscribe'], ['111122223333', '444455556666']);
    expect(await statements()).toEqual([
      expect.objectContaining({ Sid: '__default_statement_ID' }),
      {
        Sid: 'one',
        Effect: 'Allow',
        Principal: { AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::444455556666:root'] },
        Action: ['SNS:Publish', 'SNS:Subscribe'],
        Resource: TOPIC,
      },
    ]);
    await expect(grant('one')).rejects.toThrow('Statement already exists');
    const remove = () => sns.send(new RemovePermissionCommand({ TopicArn: TOPIC, Label: 'one' }));
    await remove();
    expect(await statements()).toHaveLength(1);
    await remove();
    expect(await statements()).toHaveLength(1);
    const odd = { TopicArn: TOPIC, AttributeName: 'Policy', AttributeValue: '{"Statement":[null,"x"]}' };
    await sns.send(new SetTopicAttributesCommand(odd));
    await grant('one');
    expect(await statements()).toMatchObject([{ Sid: 'one' }]);
    await expect(grant('two', ['CreateTopic'])).rejects.toThrow('Policy statement action out of service scope!');
    await expect(grant('two', ['Publish'], ['me'])).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe(`the AWS CLI (${hasAwsCli ? 'installed' : 'not installed here'})`, () => {
  describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', () => {
    it('subscribes, publishes and grants', { timeout: 180_000 }, async () => {
      const cli = (...args: string[]) => awsCli(aws.url, 'sns', ...args);
      expect(await cli('create-topic', '--name', 'events')).toEqual({ TopicArn: TOPIC });
      await createQueue('queue');
      const raw = ['--attributes', 'RawMessageDelivery=true'];
      await cli(
        'subscribe',
        '--topic-arn',
        TOPIC,
        '--protocol',
        'sqs',
        '--notification-endpoint',
        queueArn('queue'),
        ...raw,
      );
      const attributes = '{"kind":{"DataType":"String","StringValue":"placed"}}';
      const published = await cli(
        'publish',
        '--topic-arn',
        TOPIC,
        '--message',
        'hello',
        '--message-attributes',
        attributes,
      );
      expect(published).toEqual({ MessageId: expect.any(String) });
      expect(await receive('queue')).toMatchObject([
        { Body: 'hello', MessageAttributes: { kind: { StringValue: 'placed' } } },
      ]);
      await cli(
        'add-permission',
        '--topic-arn',
        TOPIC,
        '--label',
        'l',
        '--aws-account-id',
        '111122223333',
        '--action-name',
        'Publish',
      );
      expect(await cli('get-topic-attributes', '--topic-arn', TOPIC)).toMatchObject({
        Attributes: { Policy: expect.stringContaining('"Sid":"l"') },
      });
      await expect(cli('publish', '--topic-arn', `${TOPIC}x`, '--message', 'x')).rejects.toThrow('NotFound');
    });
  });
});
