import { DEFAULT_CONTENT_TYPE, DEFAULT_RETRY_POLICY, parseDeliveryPolicy } from './delivery-policy.ts';
import { invalidParameter } from './errors.ts';
import type { Topic } from './topic.ts';
import { liveSubscriptions } from './topic.ts';

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
/** What a topic takes by itself, and what URLs take: beyond it a topic delivers to queues and functions alone. */
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

/** Checks one attribute that a caller sets. @throws ServiceError `InvalidParameter` */
export function checkTopicAttribute(name: string, value: string): void {
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
  const own = attributes.get('DeliveryPolicy');
  const { retry, contentType } =
    own === undefined || own === ''
      ? { retry: DEFAULT_RETRY_POLICY, contentType: DEFAULT_CONTENT_TYPE }
      : parseDeliveryPolicy(own, 'topic');
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retry,
      disableSubscriptionOverrides: false,
      defaultRequestPolicy: { headerContentType: contentType },
    },
  });
}

/** What a topic's owner may do with it, and grant. */
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
export const defaultPolicy = ({ arn, owner }: Topic) =>
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

/** What GetTopicAttributes shows. */
export function shownTopicAttributes(topic: Topic, now: number): Record<string, string> {
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
