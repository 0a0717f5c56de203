import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import {
  aws,
  confirm,
  confirmed,
  createQueue,
  createTopic,
  isSigned,
  listen,
  prepareTopics,
  publish,
  queueArn,
  receive,
  retrying,
  seconds,
  sns,
  start,
  stop,
  subscribe,
  TOPIC,
  turn,
} from './sns.fixture.ts';

prepareTopics();

const attributesOf = async (SubscriptionArn: string) =>
  (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes ?? {};

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

  it('may get messages raw, and in another content type', async () => {
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

  it('receives a message about its end, and may have the subscription back', async () => {
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
    await publish('without a subscriber');
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
