import type { ServiceModule } from '../../core/service.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
  receiveMessage,
  redeliver,
  sendMessage,
  sendMessageBatch,
} from './messages.ts';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './move-tasks.ts';
import { addPermission, removePermission } from './permissions.ts';
import { queueStore } from './queue-store.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  purgeQueue,
  setQueueAttributes,
} from './queues.ts';
import { listQueueTags, tagQueue, untagQueue } from './tags.ts';

const ACTIONS = {
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
} satisfies ServiceModule['actions'];

/** Actions that name no queue by its URL. */
const WITHOUT_QUEUE = [
  'CancelMessageMoveTask',
  'CreateQueue',
  'GetQueueUrl',
  'ListMessageMoveTasks',
  'ListQueues',
  'StartMessageMoveTask',
];

export const sqs: ServiceModule = {
  name: 'sqs',
  // The service model's RequestThrottled.
  throttled: { code: 'RequestThrottled', message: 'Rate exceeded', status: 403 },
  repeat: { ReceiveMessage: redeliver },
  json: { targetPrefix: 'AmazonSQS', version: '1.0', errorNamespace: 'com.amazonaws.sqs', queryCompatible: true },
  query: {
    xmlns: 'http://queue.amazonaws.com/doc/2012-11-05/',
    resource: {
      input: (path) => (/^\/\d{12}\/[^/]+\/?$/.test(path) ? { QueueUrl: path } : undefined),
      has: (action) => Object.hasOwn(ACTIONS, action) && !WITHOUT_QUEUE.includes(action),
    },
    integers: [
      'DelaySeconds',
      'MaxNumberOfMessages',
      'MaxNumberOfMessagesPerSecond',
      'MaxResults',
      'VisibilityTimeout',
      'WaitTimeSeconds',
    ],
    // The Query protocol of SQS knows no `member` or `entry`: elements repeat under names of their
    // own.
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
  actions: ACTIONS,
};
