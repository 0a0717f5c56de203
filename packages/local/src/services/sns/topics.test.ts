import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishCommand,
  SetTopicAttributesCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import {
  aws,
  createQueue,
  createTopic,
  publish,
  receive,
  sns,
  subscribe,
  topicArn,
  wired,
} from './topic-client.fixture.ts';

describe('a topic', () => {
  it('is created again only with the same attributes and tags', async () => {
    const input = { Name: 'events', Attributes: { DisplayName: 'Events' }, Tags: [{ Key: 'a', Value: 'b' }] };
    expect((await sns.send(new CreateTopicCommand(input))).TopicArn).toBe(topicArn('events'));
    expect((await sns.send(new CreateTopicCommand(input))).TopicArn).toBe(topicArn('events'));
    expect(await createTopic('events')).toBe(topicArn('events'));
    await expect(createTopic('events', { DisplayName: 'Other' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    });
    await expect(
      sns.send(new CreateTopicCommand({ Name: 'events', Tags: [{ Key: 'a', Value: 'c' }] })),
    ).rejects.toMatchObject({ message: 'Invalid parameter: Tags Reason: Topic already exists with different tags' });
  });

  it.each([
    ['a space in its name', 'a b', {}],
    ['no name', '', {}],
    ['the FIFO suffix alone', 'a.fifo', {}],
    ['FifoTopic without the suffix', 'a', { FifoTopic: 'true' }],
    ['an unknown attribute', 'a', { Nope: 'x' }],
  ])('is refused for %s', async (_what, name, attributes) => {
    await expect(createTopic(name, attributes)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('tells and changes its attributes', async () => {
    await wired();
    const set = { TopicArn: topicArn('events'), AttributeName: 'DisplayName', AttributeValue: 'Order & Co <1>' };
    await sns.send(new SetTopicAttributesCommand(set));
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn('events') }));
    expect(Attributes).toMatchObject({
      TopicArn: topicArn('events'),
      DisplayName: 'Order & Co <1>',
      Owner: '123456789012',
      SubscriptionsConfirmed: '1',
      SubscriptionsDeleted: '0',
      SubscriptionsPending: '0',
    });
    expect(JSON.parse(Attributes?.Policy ?? '')).toMatchObject({ Statement: [{ Resource: topicArn('events') }] });
    await expect(sns.send(new SetTopicAttributesCommand({ ...set, AttributeName: 'Nope' }))).rejects.toMatchObject({
      message: 'Invalid parameter: AttributeName',
    });
  });

  it('is not found when it is not there', async () => {
    const missing = publish('x', { TopicArn: topicArn('nope') });
    await expect(missing).rejects.toBeInstanceOf(NotFoundException);
    await expect(missing).rejects.toMatchObject({
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(publish('x', { TopicArn: 'events' })).rejects.toMatchObject({
      message: 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    });
  });

  it('is deleted with its subscriptions, more than once if need be', async () => {
    const subscription = await wired();
    await sns.send(new DeleteTopicCommand({ TopicArn: topicArn('events') }));
    await sns.send(new DeleteTopicCommand({ TopicArn: topicArn('events') }));
    await expect(
      sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription })),
    ).rejects.toMatchObject({ name: 'NotFoundException', message: 'Subscription does not exist' });
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toEqual([]);
  });

  it('is listed in pages of a hundred', async () => {
    for (let count = 0; count < 101; count += 1) await createTopic(`t-${String(count).padStart(3, '0')}`);
    const first = await sns.send(new ListTopicsCommand({}));
    const second = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    expect([first.Topics?.length, second.Topics, second.NextToken]).toEqual([
      100,
      [{ TopicArn: topicArn('t-100') }],
      undefined,
    ]);
    await expect(sns.send(new ListTopicsCommand({ NextToken: 'x' }))).rejects.toThrow('Invalid parameter: NextToken');
  });

  it('carries tags', async () => {
    const ResourceArn = await createTopic('events');
    await sns.send(
      new TagResourceCommand({
        ResourceArn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await sns.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    expect((await sns.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
    await expect(
      sns.send(new TagResourceCommand({ ResourceArn: topicArn('nope'), Tags: [{ Key: 'a', Value: '1' }] })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a FIFO topic', () => {
  const put = (Message: string, group: string, id: string | undefined) =>
    sns.send(
      new PublishCommand({
        TopicArn: topicArn('events.fifo'),
        Message,
        MessageGroupId: group,
        MessageDeduplicationId: id,
      }),
    );
  const wiredFifo = async (attributes: Record<string, string> = {}) => {
    await createTopic('events.fifo', { FifoTopic: 'true', ...attributes });
    await createQueue('queue.fifo', { FifoQueue: 'true' });
    await subscribe('events.fifo', 'queue.fifo', { RawMessageDelivery: 'true' });
  };

  it('keeps group, order and deduplication', async () => {
    await wiredFifo();
    const first = await put('one', 'a', '1');
    const again = await put('other', 'a', '1');
    await put('two', 'a', '2');
    expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    const messages = await receive('queue.fifo');
    expect(
      messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId, Attributes?.MessageDeduplicationId]),
    ).toEqual([
      ['one', 'a', '1'],
      ['two', 'a', '2'],
    ]);
    aws.clock.advance(300_000);
    expect((await put('one', 'a', '1')).MessageId).not.toBe(first.MessageId);
  });

  it('deduplicates by content when told, and demands an id otherwise', async () => {
    await wiredFifo({ ContentBasedDeduplication: 'true' });
    await put('same', 'a', undefined);
    await put('same', 'b', undefined);
    expect(await receive('queue.fifo')).toHaveLength(1);
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn: topicArn('events.fifo'),
        AttributeName: 'ContentBasedDeduplication',
        AttributeValue: 'false',
      }),
    );
    await expect(put('x', 'a', undefined)).rejects.toThrow(
      'ContentBasedDeduplication enabled or MessageDeduplicationId',
    );
    await expect(sns.send(new PublishCommand({ TopicArn: topicArn('events.fifo'), Message: 'x' }))).rejects.toThrow(
      'The MessageGroupId parameter is required for FIFO topics',
    );
  });
});
