import { verify, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import {
  AddPermissionCommand,
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  RemovePermissionCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const REGION = 'eu-west-1';
const TOPIC = `arn:aws:sns:${REGION}:123456789012:events`;
const FUNCTION = `arn:aws:lambda:${REGION}:123456789012:function:orders`;

let aws: LocalAws;
let sns: SNSClient;
let sqs: SQSClient;

/** What was set going on the clock, in milliseconds: nothing else tells from outside that a retry waits. */
let armed: number[];

async function start(options: { snapshot?: string } = {}): Promise<void> {
  const clock = createClock(() => NOW);
  armed = [];
  const after: typeof clock.after = (ms, callback) => {
    armed.push(ms);
    return clock.after(ms, callback);
  };
  aws = await startLocalAws({ clock: { ...clock, after }, ...options });
  const settings = {
    endpoint: aws.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  sns = new SNSClient(settings);
  sqs = new SQSClient(settings);
}
const stop = async () => {
  sns.destroy();
  sqs.destroy();
  await aws.close();
};
beforeEach(() => start());
afterEach(stop);

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A URL that answers `status`, and what it was sent. */
interface Receiver extends AsyncDisposable {
  readonly url: string;
  status: number;
  readonly posted: Posted[];
  /** Resolves once it has got `count` requests in all. */
  got(count: number): Promise<Posted>;
}

async function listen(): Promise<Receiver> {
  const posted: Posted[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      response.writeHead(receiver.status).end();
      posted.push({ headers: request.headers, body });
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, // a TCP server that listens has one
    status: 200,
    posted,
    got: (count) =>
      new Promise((resolve) => {
        const look = () => {
          const last = posted[count - 1];
          if (last === undefined) return;
          waiting.delete(look);
          resolve(last);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

const queueArn = (name: string) => `arn:aws:sqs:${REGION}:123456789012:${name}`;
const createTopic = (Attributes: Record<string, string> = {}) =>
  sns.send(new CreateTopicCommand({ Name: 'events', Attributes }));
const createQueue = (QueueName: string, Attributes: Record<string, string> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
async function subscribe(Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}): Promise<string> {
  const input = { TopicArn: TOPIC, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true };
  return (await sns.send(new SubscribeCommand(input))).SubscriptionArn ?? '';
}
const publish = (Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn: TOPIC, Message, ...more }));
async function receive(name: string, wait = 0): Promise<Message[]> {
  const input = {
    QueueUrl: `${aws.url}/123456789012/${name}`,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    WaitTimeSeconds: wait,
  };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}
const confirm = (Token: string, AuthenticateOnUnsubscribe?: string) =>
  sns.send(new ConfirmSubscriptionCommand({ TopicArn: TOPIC, Token, AuthenticateOnUnsubscribe }));
const attributesOf = async (SubscriptionArn: string) =>
  (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes ?? {};
const seconds = (count: number) => aws.clock.advance(count * 1000);
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
/** Resolves once `count` retries in all were set going, each `wait` seconds later. */
async function retrying(wait: number, count = 1): Promise<void> {
  while (armed.filter((ms) => ms === wait * 1000).length < count) await turn();
}

/** A confirmed subscription of a receiver. */
async function confirmed(receiver: Receiver, attributes: Record<string, string> = {}): Promise<string> {
  const arn = await subscribe('http', receiver.url, attributes);
  await confirm(JSON.parse((await receiver.got(1)).body).Token);
  return arn;
}

const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/** Verifies a message as the developer guide says, with the certificate that it names. */
async function isSigned(body: string): Promise<boolean> {
  const message = JSON.parse(body);
  const names = SIGNED[message.Type as keyof typeof SIGNED].filter((name) => message[name] !== undefined); // of the three
  const text = names.map((name) => `${name}\n${message[name]}\n`).join('');
  const certificate = new X509Certificate(await (await fetch(message.SigningCertURL)).text());
  const algorithm = { 1: 'sha1', 2: 'sha256' }[message.SignatureVersion as '1' | '2'];
  return verify(algorithm, Buffer.from(text), certificate.publicKey, Buffer.from(message.Signature, 'base64'));
}

describe('a URL', () => {
  it('gets messages once it has confirmed, with its token', async () => {
    await createTopic();
    await using receiver = await listen();
    const input = { TopicArn: TOPIC, Protocol: 'http', Endpoint: receiver.url };
    expect((await sns.send(new SubscribeCommand(input))).SubscriptionArn).toBe('pending confirmation');
    const { headers, body } = await receiver.got(1);
    expect(headers).toMatchObject({
      'x-amz-sns-message-type': 'SubscriptionConfirmation',
      'x-amz-sns-topic-arn': TOPIC,
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
    });
    expect(headers).not.toHaveProperty('x-amz-sns-subscription-arn');
    const { Token, ...rest } = JSON.parse(body);
    expect(rest).toEqual({
      Type: 'SubscriptionConfirmation',
      MessageId: headers['x-amz-sns-message-id'],
      TopicArn: TOPIC,
      Message: expect.stringContaining(`You have chosen to subscribe to the topic ${TOPIC}.`),
      SubscribeURL: `${aws.url}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${Token}`,
      Timestamp: '2026-11-20T12:00:00.000Z',
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.stringMatching(/\/SimpleNotificationService-[0-9a-f]{32}\.pem$/),
    });
    expect(await isSigned(body)).toBe(true);
    const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
    expect(listed.Subscriptions).toMatchObject([{ SubscriptionArn: 'PendingConfirmation', Endpoint: receiver.url }]);
    const counts = async () => (await sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }))).Attributes;
    expect(await counts()).toMatchObject({ SubscriptionsPending: '1', SubscriptionsConfirmed: '0' });
    await publish('too early');
    const { SubscriptionArn = '' } = await confirm(Token);
    expect((await confirm(Token)).SubscriptionArn).toBe(SubscriptionArn);
    expect(await counts()).toMatchObject({ SubscriptionsPending: '0', SubscriptionsConfirmed: '1' });
    expect(await attributesOf(SubscriptionArn)).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
    });
    const { MessageId } = await publish('hello', { Subject: 'greeting' });
    const second = await receiver.got(2);
    expect(second.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-subscription-arn': SubscriptionArn,
    });
    expect(JSON.parse(second.body)).toMatchObject({ Type: 'Notification', Message: 'hello', Subject: 'greeting' });
    expect(await isSigned(second.body)).toBe(true);
    expect(await isSigned(second.body.replace('hello', 'hullo'))).toBe(false);
  });

  it('confirms by following the link, without a signature', async () => {
    await createTopic();
    await using receiver = await listen();
    const arn = await subscribe('http', receiver.url);
    expect(await attributesOf(arn)).toMatchObject({ PendingConfirmation: 'true' });
    const { SubscribeURL } = JSON.parse((await receiver.got(1)).body);
    const answer = await fetch(SubscribeURL);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining(`<ConfirmSubscriptionResult><SubscriptionArn>${arn}</SubscriptionArn>`),
    ]);
    expect(await attributesOf(arn)).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'false',
    });
    expect((await fetch(`${aws.url}/?Action=Publish&TopicArn=${TOPIC}&Message=x`)).status).toBe(403);
    expect((await fetch(SubscribeURL.replace(/Token=.*/, 'Token=x'))).status).toBe(400);
  });

  it('is sent its token again when it subscribes again, and forgotten after two days without an answer', async () => {
    await createTopic();
    await using receiver = await listen();
    const arn = await subscribe('http', receiver.url);
    expect(await subscribe('http', receiver.url)).toBe(arn);
    const tokens = [await receiver.got(1), await receiver.got(2)].map(({ body }) => JSON.parse(body).Token);
    await expect(confirm(tokens[0])).rejects.toThrow('Invalid parameter: Token');
    seconds(2 * 86_400);
    await expect(confirm(tokens[1])).rejects.toThrow('Invalid parameter: Token');
    expect((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }))).Subscriptions).toEqual([]);
  });

  it('is signed for by SHA256 in version 2', async () => {
    await createTopic({ SignatureVersion: '2' });
    await using receiver = await listen();
    await confirmed(receiver);
    await publish('hello');
    const { body } = await receiver.got(2);
    expect(JSON.parse(body).SignatureVersion).toBe('2');
    expect(await isSigned(body)).toBe(true);
    await expect(
      sns.send(
        new SetTopicAttributesCommand({ TopicArn: TOPIC, AttributeName: 'SignatureVersion', AttributeValue: '3' }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('may get messages raw, and in a content type of its own', async () => {
    await createTopic();
    await using receiver = await listen();
    await confirmed(receiver, {
      RawMessageDelivery: 'true',
      DeliveryPolicy: '{"requestPolicy":{"headerContentType":"application/json"}}',
    });
    await publish('{"a":1}', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    const { headers, body } = await receiver.got(2);
    expect(body).toBe('{"a":1}');
    expect(headers).toMatchObject({ 'x-amz-sns-rawdelivery': 'true', 'content-type': 'application/json' });
  });

  it('is told of its end, and may have the subscription back', async () => {
    await createTopic();
    await using receiver = await listen();
    const arn = await confirmed(receiver);
    await publish('x');
    const { UnsubscribeURL } = JSON.parse((await receiver.got(2)).body);
    expect((await fetch(UnsubscribeURL)).status).toBe(200);
    const { headers, body } = await receiver.got(3);
    expect(headers).toMatchObject({
      'x-amz-sns-message-type': 'UnsubscribeConfirmation',
      'x-amz-sns-subscription-arn': arn,
    });
    expect(await isSigned(body)).toBe(true);
    await publish('nobody hears this');
    expect((await fetch(JSON.parse(body).SubscribeURL)).status).toBe(200);
    await publish('back');
    expect(JSON.parse((await receiver.got(4)).body).Message).toBe('back');
  });

  it('is unsubscribed by a signature alone, where its confirmation said so', async () => {
    await createTopic();
    await using receiver = await listen();
    const arn = await subscribe('http', receiver.url);
    await confirm(JSON.parse((await receiver.got(1)).body).Token, 'true');
    const link = `${aws.url}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
    const refused = await fetch(link);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AuthorizationError</Code>'),
    ]);
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    await expect(attributesOf(arn)).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});

describe('a delivery over HTTP that fails', () => {
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }) };

  it('is tried three times more, 20 seconds apart, then goes to the dead-letter queue', async () => {
    await createTopic();
    await createQueue('dead');
    await using receiver = await listen();
    await confirmed(receiver, redrive);
    receiver.status = 503;
    await publish('lost');
    for (let count = 1; count <= 3; count += 1) {
      await retrying(20, count);
      seconds(19.999);
      await turn();
      expect(receiver.posted).toHaveLength(1 + count);
      seconds(0.001);
    }
    const [letter] = await receive('dead', 20);
    expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ Type: 'Notification', Message: 'lost' });
    expect(receiver.posted).toHaveLength(5);
  });

  it('arrives when the URL is there again', async () => {
    await createTopic();
    await createQueue('dead');
    await using receiver = await listen();
    await confirmed(receiver, redrive);
    receiver.status = 429;
    await publish('late');
    await retrying(20);
    receiver.status = 200;
    seconds(20);
    expect(JSON.parse((await receiver.got(3)).body).Message).toBe('late');
    seconds(3600);
    expect([await receive('dead'), receiver.posted.length]).toEqual([[], 3]);
  });

  it('is final when the URL refuses it', async () => {
    await createTopic();
    await createQueue('dead');
    await using receiver = await listen();
    await confirmed(receiver, { ...redrive, RawMessageDelivery: 'true' });
    receiver.status = 400;
    await publish('refused', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    expect(await receive('dead', 20)).toMatchObject([
      { Body: 'refused', MessageAttributes: { kind: { StringValue: 'x' } } },
    ]);
    expect(receiver.posted).toHaveLength(2);
  });

  it('follows the policy of its subscription, else of its topic', async () => {
    const policy = { numRetries: 1, minDelayTarget: 5, maxDelayTarget: 5 };
    await createTopic({ DeliveryPolicy: JSON.stringify({ http: { defaultHealthyRetryPolicy: policy } }) });
    await createQueue('dead');
    await using receiver = await listen();
    const arn = await confirmed(receiver, redrive);
    expect(JSON.parse((await attributesOf(arn)).EffectiveDeliveryPolicy ?? '')).toMatchObject({
      healthyRetryPolicy: policy,
    });
    receiver.status = 500;
    await publish('once more');
    await retrying(5);
    seconds(5);
    await receiver.got(3);
    expect(await receive('dead', 20)).toHaveLength(1);
    const set = (AttributeValue: string) =>
      sns.send(
        new SetSubscriptionAttributesCommand({ SubscriptionArn: arn, AttributeName: 'DeliveryPolicy', AttributeValue }),
      );
    await set('{"healthyRetryPolicy":{"numRetries":0}}');
    await publish('never again');
    expect(await receive('dead', 20)).toHaveLength(1);
    expect(receiver.posted).toHaveLength(4);
    await expect(set('{"healthyRetryPolicy":{"numRetries":101}}')).rejects.toThrow('Invalid parameter: DeliveryPolicy');
  });

  it('ends with a reset', async () => {
    await createTopic();
    await using receiver = await listen();
    await confirmed(receiver);
    receiver.status = 500;
    await publish('x');
    await retrying(20);
    aws.reset();
    seconds(3600);
    await turn();
    expect(receiver.posted).toHaveLength(2);
  });

  it('goes on after a restart from a snapshot', async () => {
    const snapshot = await mkdtemp(join(tmpdir(), 'twelvefold-sns-'));
    try {
      await stop();
      await start({ snapshot });
      await createTopic();
      await using receiver = await listen();
      await confirmed(receiver);
      receiver.status = 500;
      await publish('kept');
      await retrying(20);
      const before = aws.clock;
      await stop();
      before.advance(20_000); // the endpoint that closed delivers nothing more
      await start({ snapshot });
      expect(receiver.posted).toHaveLength(2);
      receiver.status = 200;
      seconds(20);
      expect(JSON.parse((await receiver.got(3)).body).Message).toBe('kept');
      await publish('next');
      expect(JSON.parse((await receiver.got(4)).body).Message).toBe('next');
    } finally {
      await rm(snapshot, { recursive: true, force: true });
    }
  });
});

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
  it.runIf(hasAwsCli)('subscribes, publishes and grants', { timeout: 180_000 }, async () => {
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
