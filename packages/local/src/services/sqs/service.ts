import type { ServiceModule } from '../../core/service.ts';
import { addPermission } from './actions/add-permission.ts';
import { cancelMessageMoveTask } from './actions/cancel-message-move-task.ts';
import { changeMessageVisibility } from './actions/change-message-visibility.ts';
import { changeMessageVisibilityBatch } from './actions/change-message-visibility-batch.ts';
import { createQueue } from './actions/create-queue.ts';
import { deleteMessage } from './actions/delete-message.ts';
import { deleteMessageBatch } from './actions/delete-message-batch.ts';
import { deleteQueue } from './actions/delete-queue.ts';
import { getQueueAttributes } from './actions/get-queue-attributes.ts';
import { getQueueUrl } from './actions/get-queue-url.ts';
import { listDeadLetterSourceQueues } from './actions/list-dead-letter-source-queues.ts';
import { listMessageMoveTasks } from './actions/list-message-move-tasks.ts';
import { listQueueTags } from './actions/list-queue-tags.ts';
import { listQueues } from './actions/list-queues.ts';
import { purgeQueue } from './actions/purge-queue.ts';
import { receiveMessage } from './actions/receive-message.ts';
import { removePermission } from './actions/remove-permission.ts';
import { sendMessage } from './actions/send-message.ts';
import { sendMessageBatch } from './actions/send-message-batch.ts';
import { setQueueAttributes } from './actions/set-queue-attributes.ts';
import { startMessageMoveTask } from './actions/start-message-move-task.ts';
import { tagQueue } from './actions/tag-queue.ts';
import { untagQueue } from './actions/untag-queue.ts';
import { queueStore } from './queue-store.ts';
import { redeliver } from './redeliver.ts';

export const sqs: ServiceModule = {
  name: 'sqs',
  // The service model's RequestThrottled.
  throttled: { code: 'RequestThrottled', message: 'Rate exceeded', status: 403 },
  repeat: { ReceiveMessage: redeliver },
  json: { targetPrefix: 'AmazonSQS', version: '1.0', errorNamespace: 'com.amazonaws.sqs', queryCompatible: true },
  query: {
    xmlns: 'http://queue.amazonaws.com/doc/2012-11-05/',
    integers: [
      'DelaySeconds',
      'MaxNumberOfMessages',
      'MaxNumberOfMessagesPerSecond',
      'MaxResults',
      'VisibilityTimeout',
      'WaitTimeSeconds',
    ],
    // The Query protocol of SQS knows no `member` or `entry`: elements repeat under names of their own.
    flattened: {
      Attributes: { as: 'Attribute', key: 'Name', value: 'Value' },
      MessageAttributes: { as: 'MessageAttribute', key: 'Name', value: 'Value' },
      MessageSystemAttributes: { as: 'MessageSystemAttribute', key: 'Name', value: 'Value' },
      Tags: { as: 'Tag', key: 'Key', value: 'Value' },
      AttributeNames: { as: 'AttributeName' },
      MessageSystemAttributeNames: { as: 'MessageSystemAttributeName' },
      MessageAttributeNames: { as: 'MessageAttributeName' },
      AWSAccountIds: { as: 'AWSAccountId' },
      Actions: { as: 'ActionName' },
      TagKeys: { as: 'TagKey' },
      QueueUrls: { as: 'QueueUrl' },
      queueUrls: { as: 'QueueUrl' },
      Results: { as: 'ListMessageMoveTasksResultEntry' },
      Messages: { as: 'Message' },
      Entries: { as: '{Action}RequestEntry' },
      Successful: { as: '{Action}ResultEntry' },
      Failed: { as: 'BatchResultErrorEntry' },
    },
  },
  // Loading the store lets the move tasks go on.
  resume: ({ stores }) => {
    stores.get(queueStore);
  },
  actions: {
    StartMessageMoveTask: startMessageMoveTask,
    RemovePermission: removePermission,
    ListMessageMoveTasks: listMessageMoveTasks,
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
    CancelMessageMoveTask: cancelMessageMoveTask,
    AddPermission: addPermission,
    ChangeMessageVisibility: changeMessageVisibility,
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
    CreateQueue: createQueue,
    DeleteMessage: deleteMessage,
    DeleteMessageBatch: deleteMessageBatch,
    DeleteQueue: deleteQueue,
    GetQueueAttributes: getQueueAttributes,
    GetQueueUrl: getQueueUrl,
    ListQueueTags: listQueueTags,
    ListQueues: listQueues,
    PurgeQueue: purgeQueue,
    ReceiveMessage: receiveMessage,
    SendMessage: sendMessage,
    SendMessageBatch: sendMessageBatch,
    SetQueueAttributes: setQueueAttributes,
    TagQueue: tagQueue,
    UntagQueue: untagQueue,
  },
};
