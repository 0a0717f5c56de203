import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import {
  createQueue,
  createTopic,
  publish,
  queueArn,
  queueUrl,
  receive,
  sns,
  sqs,
  subscribe,
  text,
  topicArn,
  wired,
} from './topic-client.fixture.ts';

describe('a subscription', () => {
  it('is made once per endpoint', async () => {
    const arn = await wired({ RawMessageDelivery: 'true' });
    expect(arn).toMatch(new RegExp(`^${topicArn('events')}:[0-9a-f-]{36}$`));
    expect(await subscribe('events', 'queue')).toBe(arn);
    await expect(subscribe('events', 'queue', { RawMessageDelivery: 'false' })).rejects.toMatchObject({
      message: 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    });
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn('events') }));
    expect(Subscriptions).toEqual([
      {
        SubscriptionArn: arn,
        Owner: '123456789012',
        Protocol: 'sqs',
        Endpoint: queueArn('queue'),
        TopicArn: topicArn('events'),
      },
    ]);
  });

  it('tells and changes its attributes', async () => {
    const SubscriptionArn = await wired();
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    await set('FilterPolicy', '{"kind":["placed"]}');
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toEqual({
      ConfirmationWasAuthenticated: 'true',
      Endpoint: queueArn('queue'),
      FilterPolicy: '{"kind":["placed"]}',
      FilterPolicyScope: 'MessageAttributes',
      Owner: '123456789012',
      PendingConfirmation: 'false',
      Protocol: 'sqs',
      RawMessageDelivery: 'false',
      SubscriptionArn,
      SubscriptionPrincipal: 'arn:aws:iam::123456789012:root',
      TopicArn: topicArn('events'),
    });
    await expect(set('Nope', 'x')).rejects.toThrow('Invalid parameter: AttributeName');
    await expect(set('RawMessageDelivery', 'test')).rejects.toThrow(
      'Invalid parameter: RawMessageDelivery: Invalid value [test]. Must be true or false.',
    );
    await expect(set('RedrivePolicy', '{"deadLetterTargetArn":"x"}')).rejects.toThrow(
      'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn',
    );
    await expect(set('FilterPolicy', '{invalid')).rejects.toThrow('FilterPolicy: failed to parse JSON.');
    await set('FilterPolicy', '{}');
    const without = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(without.Attributes).not.toHaveProperty('FilterPolicy');
  });

  it('ends, and ending it again is not an error', async () => {
    const SubscriptionArn = await wired();
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish('x');
    expect(await receive()).toEqual([]);
  });

  it.each([
    [
      'an unknown protocol',
      'test-protocol',
      queueArn('queue'),
      400,
      'does not support this protocol string: test-protocol',
    ],
    ['a protocol that is not here', 'firehose', 'arn:a', 501, 'sns Subscribe with protocol firehose'],
    ['a queue URL', 'sqs', 'http://localhost/123456789012/queue', 400, 'SQS endpoint ARN'],
    ['a FIFO queue on a standard topic', 'sqs', queueArn('queue.fifo'), 400, 'FIFO SQS Queues can not be subscribed'],
  ])('is refused for %s', async (_what, Protocol, Endpoint, status, message) => {
    await createTopic('events');
    await expect(
      sns.send(new SubscribeCommand({ TopicArn: topicArn('events'), Protocol, Endpoint })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: status }, message: expect.stringContaining(message) });
  });
});

describe('a filter policy', () => {
  it('lets through by attributes', async () => {
    await wired({ RawMessageDelivery: 'true', FilterPolicy: '{"kind":["placed"],"amount":[{"numeric":[">",10]}]}' });
    const amount = (StringValue: string) => ({ DataType: 'Number', StringValue });
    await publish('yes', { MessageAttributes: { kind: text('placed'), amount: amount('10.5') } });
    await publish('too small', { MessageAttributes: { kind: text('placed'), amount: amount('10') } });
    await publish('no amount', { MessageAttributes: { kind: text('placed') } });
    await publish('no attributes');
    expect((await receive()).map(({ Body }) => Body)).toEqual(['yes']);
  });

  it('lets through by body', async () => {
    await wired({
      RawMessageDelivery: 'true',
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: '{"order":{"state":["placed"]}}',
    });
    await publish('{"order":{"state":"placed"}}');
    await publish('{"order":{"state":"sent"}}');
    await publish('no json');
    expect((await receive()).map(({ Body }) => Body)).toEqual(['{"order":{"state":"placed"}}']);
  });

  it('is checked when it is set', async () => {
    const SubscriptionArn = await wired();
    await createQueue('other');
    await expect(subscribe('events', 'other', { FilterPolicy: '{"key":[{"wrong-operator":true}]}' })).rejects.toThrow(
      'Invalid parameter: Attributes Reason: FilterPolicy: Unrecognized match type wrong-operator',
    );
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn,
        AttributeName: 'FilterPolicyScope',
        AttributeValue: 'MessageBody',
      }),
    );
    const nested = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"a":{"b":["c"]}}' };
    await sns.send(new SetSubscriptionAttributesCommand(nested));
    await expect(
      sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn,
          AttributeName: 'FilterPolicyScope',
          AttributeValue: 'MessageAttributes',
        }),
      ),
    ).rejects.toThrow('does not support nested filter policy');
  });
});

describe('a delivery that fails', () => {
  const redrive = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });

  it('goes to the subscription’s dead-letter queue', async () => {
    await createQueue('dead');
    await wired({ RedrivePolicy: redrive, RawMessageDelivery: 'true' });
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl('queue') }));
    await publish('lost', { MessageAttributes: { a: text('b') } });
    expect(await receive('dead')).toMatchObject([{ Body: 'lost', MessageAttributes: { a: text('b') } }]);
  });

  it('is lost without one, and other subscriptions still get theirs', async () => {
    await wired();
    await createQueue('other');
    await subscribe('events', 'other');
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl('queue') }));
    await publish('x');
    expect(await receive('other')).toHaveLength(1);
  });

  it('is one of more than ten attributes delivered raw', async () => {
    await createQueue('dead');
    await wired({ RedrivePolicy: redrive, RawMessageDelivery: 'true' });
    const MessageAttributes = Object.fromEntries([...'abcdefghijk'].map((name) => [name, text('x')]));
    await publish('many', { MessageAttributes });
    expect(await receive()).toEqual([]);
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: await subscribe('events', 'queue'),
        AttributeName: 'RawMessageDelivery',
        AttributeValue: 'false',
      }),
    );
    await publish('many', { MessageAttributes });
    expect(Object.keys(JSON.parse((await receive())[0]?.Body ?? '').MessageAttributes)).toHaveLength(11);
  });
});
