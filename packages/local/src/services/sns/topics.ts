import { readString, readStringMap } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Action } from '../../core/service.ts';
import { pageByKey } from '../page.ts';
import { DEFAULT_CONTENT_TYPE, DEFAULT_RETRY_POLICY, parseDeliveryPolicy } from './delivery-policy.ts';
import { invalidParameter } from './errors.ts';
import { addTags, readTags } from './tags.ts';
import type { Subscription, Topic } from './topic.ts';
import { liveSubscriptions, topicArnOf, topicOf, topicStore } from './topic.ts';

const BOOLEANS = ['FifoTopic', 'ContentBasedDeduplication'];
const FEEDBACK =
  /^(?:HTTP|SQS|Lambda|Firehose|Application)(?:SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)$/;
const OTHERS = [
  'ArchivePolicy',
  'DeliveryPolicy',
  'DisplayName',
  'FifoThroughputScope',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'Policy',
  'SignatureVersion',
  'TracingConfig',
];
/**
 * The size that a topic and a URL take: beyond it a topic delivers to queues and functions alone.
 */
export const DEFAULT_MESSAGE_BYTES = 262_144;
const MAX_MESSAGE_BYTES = 1_048_576;

// "Display names can be up to 100 characters long" (SNS console and developer guide).
const MAX_DISPLAY_NAME = 100;

function checkPolicy(text: string): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalidParameter('Policy Error: the policy is not JSON');
  }
  const isObject = typeof policy === 'object' && policy !== null && !Array.isArray(policy);
  if (!isObject) throw invalidParameter('Policy Error: the policy is not an object');
}

/**
 * Booleans in lower case: SNS takes them in any case. A standard topic does not keep `FifoTopic`
 * (recorded on AWS).
 */
function plainBooleans(given: Readonly<Record<string, string>>): Map<string, string> {
  const attributes = new Map(
    Object.entries(given).map(([name, value]) => [name, BOOLEANS.includes(name) ? value.toLowerCase() : value]),
  );
  if (attributes.get('FifoTopic') === 'false') attributes.delete('FifoTopic');
  return attributes;
}

/** Checks one attribute that a caller sets. @throws ServiceError `InvalidParameter` */
function checkTopicAttribute(name: string, value: string): void {
  if (!BOOLEANS.includes(name) && !OTHERS.includes(name) && !FEEDBACK.test(name))
    throw invalidParameter('AttributeName');
  if (BOOLEANS.includes(name) && value !== 'true' && value !== 'false') {
    throw invalidParameter(`${name}: Invalid value [${value}]. Must be true or false.`);
  }
  if (name === 'SignatureVersion' && value !== '1' && value !== '2') {
    throw invalidParameter(`SignatureVersion: Invalid value [${value}]. Must be 1 or 2.`);
  }
  if (name === 'FifoThroughputScope' && value !== 'Topic' && value !== 'MessageGroup') {
    throw invalidParameter(`FifoThroughputScope: Invalid value [${value}]. Must be Topic or MessageGroup.`);
  }
  if (name === 'DisplayName' && value.length > MAX_DISPLAY_NAME) throw invalidParameter('DisplayName');
  if (name === 'Policy') checkPolicy(value);
  if (name === 'DeliveryPolicy' && value !== '') {
    try {
      parseDeliveryPolicy(value, 'topic');
    } catch (error) {
      throw invalidParameter(`DeliveryPolicy: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (name === 'MaximumMessageSize' && !(Number(value) >= 1024 && Number(value) <= MAX_MESSAGE_BYTES)) {
    throw invalidParameter(`MaximumMessageSize: Invalid value [${value}]. Must be from 1024 to ${MAX_MESSAGE_BYTES}.`);
  }
}

/** In bytes, attributes included. */
export const maximumMessageSize = ({ attributes }: Topic) =>
  Number(attributes.get('MaximumMessageSize') ?? DEFAULT_MESSAGE_BYTES);

function shownDeliveryPolicy({ attributes }: Topic): string {
  const policy = attributes.get('DeliveryPolicy');
  const { retry, contentType } =
    policy === undefined || policy === ''
      ? { retry: DEFAULT_RETRY_POLICY, contentType: DEFAULT_CONTENT_TYPE }
      : parseDeliveryPolicy(policy, 'topic');
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retry,
      disableSubscriptionOverrides: false,
      defaultRequestPolicy: { headerContentType: contentType },
    },
  });
}

/** The actions that a topic's owner may take, and grant. */
export const OWNER_ACTIONS = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
];

/** The policy of a topic that was given none. */
export const defaultPolicy = ({ arn, owner }: Pick<Topic, 'arn' | 'owner'>) =>
  JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: OWNER_ACTIONS.map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': owner } },
      },
    ],
  });

/** The answer of GetTopicAttributes. */
function shownTopicAttributes(topic: Topic, now: number): Record<string, string> {
  const subscriptions = liveSubscriptions(topic, now);
  const confirmed = subscriptions.filter((subscription) => subscription.confirmed).length;
  return {
    DisplayName: '',
    EffectiveDeliveryPolicy: shownDeliveryPolicy(topic),
    Owner: topic.owner,
    Policy: defaultPolicy(topic),
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsDeleted: String(topic.subscriptionsDeleted),
    SubscriptionsPending: String(subscriptions.length - confirmed),
    TopicArn: topic.arn,
    ...(topic.fifo ? { ContentBasedDeduplication: 'false' } : {}),
    ...Object.fromEntries(topic.attributes),
  };
}

const MAX_SUBSCRIPTIONS = 100;

/**
 * "Topics with MaximumMessageSize set above 256 KiB support Firehose, SQS and Lambda subscriptions,
 * with up to 100 per topic" (developer guide, publishing large messages).
 *
 * @throws ServiceError `InvalidParameter`
 */
export function checkLargeTopic(subscriptions: ReadonlyArray<Pick<Subscription, 'protocol'>>): void {
  const other = subscriptions.find(({ protocol }) => protocol !== 'sqs' && protocol !== 'lambda');
  if (other !== undefined) {
    throw invalidParameter(
      `MaximumMessageSize Reason: above 256 KiB it does not support subscriptions of ${other.protocol}`,
    );
  }
  if (subscriptions.length > MAX_SUBSCRIPTIONS) {
    throw invalidParameter(`MaximumMessageSize Reason: above 256 KiB it supports ${MAX_SUBSCRIPTIONS} subscriptions`);
  }
}

/** Creating a topic that is there succeeds as long as no given attribute or tag differs. */
export const createTopic: Action = (input, context) => {
  const name = readString(input, 'Name') ?? '';
  const attributes = plainBooleans(readStringMap(input, 'Attributes') ?? {});
  const fifo = attributes.get('FifoTopic') === 'true';
  const plain = fifo && name.endsWith('.fifo') ? name.slice(0, -'.fifo'.length) : name;
  if (!/^[A-Za-z0-9_-]+$/.test(plain) || name.length > 256 || fifo !== name.endsWith('.fifo')) {
    throw invalidParameter('Topic Name');
  }
  const arn = `arn:${partitionOf(context.region)}:sns:${context.region}:${context.account}:${name}`;
  context.touches(arn);
  for (const [attribute, value] of attributes) checkTopicAttribute(attribute, value);
  const given = readTags(input);
  const { topics } = context.stores.get(topicStore);
  const existing = topics.get(arn);
  if (existing !== undefined) {
    const shown = shownTopicAttributes(existing, context.clock.now());
    if ([...attributes].some(([attribute, value]) => (shown[attribute] ?? '') !== value)) {
      throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    }
    if ([...given].some(([key, value]) => existing.tags.get(key) !== value)) {
      throw invalidParameter('Tags Reason: Topic already exists with different tags');
    }
    return { TopicArn: arn };
  }
  const tags = new Map<string, string>();
  addTags(tags, given);
  topics.set(arn, {
    arn,
    name,
    fifo,
    owner: context.account,
    attributes,
    tags,
    subscriptions: new Map(),
    ended: new Map(),
    deduplication: new Map(),
    sequence: 0,
    subscriptionsDeleted: 0,
  });
  return { TopicArn: arn };
};

/** Deletes the subscriptions too. A topic that is not there is no error. */
export const deleteTopic: Action = (input, context) => {
  context.stores.get(topicStore).topics.delete(topicArnOf(input, context));
};

export const getTopicAttributes: Action = (input, context) => ({
  Attributes: shownTopicAttributes(topicOf(input, context), context.clock.now()),
});

export const setTopicAttributes: Action = (input, context) => {
  const topic = topicOf(input, context);
  const name = readString(input, 'AttributeName') ?? '';
  const given = readString(input, 'AttributeValue') ?? '';
  const value = BOOLEANS.includes(name) ? given.toLowerCase() : given;
  if (name === 'FifoTopic') throw invalidParameter('AttributeName');
  checkTopicAttribute(name, value);
  if (name === 'MaximumMessageSize' && Number(value) > DEFAULT_MESSAGE_BYTES) {
    checkLargeTopic(liveSubscriptions(topic, context.clock.now()));
  }
  topic.attributes.set(name, value);
};

const PAGE = 100;

export const listTopics: Action = (input, context) => {
  const { topics } = context.stores.get(topicStore);
  const token = readString(input, 'NextToken');
  const { items, next } = pageByKey(
    topics.keys(),
    (arn) => arn,
    PAGE,
    token,
    () => invalidParameter('NextToken'),
  );
  return { Topics: items.map((TopicArn) => ({ TopicArn })), NextToken: next };
};
