import { invalidParameter } from './errors.ts';
import type { Topic } from './topic.ts';

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
const DEFAULT_MESSAGE_BYTES = 262_144;
const MAX_MESSAGE_BYTES = 1_048_576;

/** Checks one attribute that a caller sets. @throws ServiceError `InvalidParameter` */
export function checkTopicAttribute(name: string, value: string): void {
  if (!BOOLEANS.includes(name) && !OTHERS.includes(name) && !FEEDBACK.test(name))
    throw invalidParameter('AttributeName');
  if (BOOLEANS.includes(name) && value !== 'true' && value !== 'false') {
    throw invalidParameter(`${name}: Invalid value [${value}]. Must be true or false.`);
  }
  if (name === 'MaximumMessageSize' && !(Number(value) >= 1024 && Number(value) <= MAX_MESSAGE_BYTES)) {
    throw invalidParameter(`MaximumMessageSize: Invalid value [${value}]. Must be from 1024 to ${MAX_MESSAGE_BYTES}.`);
  }
}

/** In bytes, attributes included. */
export const maximumMessageSize = ({ attributes }: Topic) =>
  Number(attributes.get('MaximumMessageSize') ?? DEFAULT_MESSAGE_BYTES);

const DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
});

const OWNER_ACTIONS = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
];

const defaultPolicy = ({ arn, owner }: Topic) =>
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
export function shownTopicAttributes(topic: Topic): Record<string, string> {
  return {
    DisplayName: '',
    EffectiveDeliveryPolicy: DELIVERY_POLICY,
    Owner: topic.owner,
    Policy: defaultPolicy(topic),
    SubscriptionsConfirmed: String(topic.subscriptions.size),
    SubscriptionsDeleted: String(topic.subscriptionsDeleted),
    SubscriptionsPending: '0',
    TopicArn: topic.arn,
    ...(topic.fifo ? { ContentBasedDeduplication: 'false' } : {}),
    ...Object.fromEntries(topic.attributes),
  };
}
