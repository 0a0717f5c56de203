import type { Operation, Operations } from './operation.ts';
import { named, text } from './operation.ts';

const sqs = (...actions: string[]): Operation => ({ actions: actions.map((name) => `sqs:${name}`) });

// Keys of KMS, for queues that it encrypts (SQS guide, "Key management").
const KMS = ['kms:GenerateDataKey', 'kms:Decrypt'];

export const SQS: Operations = {
  ...named('sqs', [
    ...['AddPermission', 'CancelMessageMoveTask', 'ChangeMessageVisibility', 'CreateQueue', 'DeleteMessage'],
    ...['DeleteQueue', 'GetQueueAttributes', 'GetQueueUrl', 'ListDeadLetterSourceQueues', 'ListMessageMoveTasks'],
    ...['ListQueueTags', 'PurgeQueue', 'RemovePermission', 'SetQueueAttributes', 'TagQueue', 'UntagQueue'],
  ]),
  ...named('sqs', ['ListQueues'], { unnamed: true }),
  ReceiveMessage: { actions: ['sqs:ReceiveMessage', 'kms:Decrypt'] },
  SendMessage: { actions: ['sqs:SendMessage', ...KMS] },
  // Batches need the permission of the single action.
  SendMessageBatch: { actions: ['sqs:SendMessage', ...KMS] },
  DeleteMessageBatch: sqs('DeleteMessage'),
  ChangeMessageVisibilityBatch: sqs('ChangeMessageVisibility'),
  // SQS guide, "Amazon SQS API permissions: StartMessageMoveTask".
  StartMessageMoveTask: sqs(
    ...['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'SendMessage'],
  ),
};

export const SNS: Operations = {
  ...named('sns', [
    ...['AddPermission', 'ConfirmSubscription', 'CreateTopic', 'DeleteTopic', 'GetTopicAttributes'],
    ...['GetSubscriptionAttributes', 'ListSubscriptionsByTopic', 'ListTagsForResource', 'RemovePermission'],
    ...['SetSubscriptionAttributes', 'SetTopicAttributes', 'TagResource', 'Unsubscribe', 'UntagResource'],
  ]),
  ...named('sns', ['ListSubscriptions', 'ListTopics'], { unnamed: true }),
  Publish: { actions: ['sns:Publish', ...KMS] },
  PublishBatch: { actions: ['sns:Publish', ...KMS] },
  Subscribe: {
    actions: ['sns:Subscribe'],
    keys: ({ Protocol, Endpoint }) => ({ 'sns:Protocol': text(Protocol), 'sns:Endpoint': text(Endpoint) }),
  },
};
