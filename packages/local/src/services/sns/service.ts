import type { ServiceModule } from '../../core/service.ts';
import { resumeDeliveries } from './delivery.ts';
import { addPermission, removePermission } from './permissions.ts';
import { publish, publishBatch } from './publishing.ts';
import { certificatePage } from './signing.ts';
import {
  confirmSubscription,
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
  subscribe,
  unsubscribe,
} from './subscriptions.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { createTopic, deleteTopic, getTopicAttributes, listTopics, setTopicAttributes } from './topics.ts';

export const sns: ServiceModule = {
  name: 'sns',
  throttled: { code: 'ThrottledException', queryCode: 'Throttled', message: 'Rate exceeded', status: 429 },
  query: {
    xmlns: 'http://sns.amazonaws.com/doc/2010-03-31/',
    maps: ['Attributes'],
    booleans: ['ReturnSubscriptionArn'],
  },
  page: certificatePage,
  resume: resumeDeliveries,
  refused: {
    CreateTopic: ['DataProtectionPolicy'],
  },
  actions: {
    RemovePermission: removePermission,
    ConfirmSubscription: confirmSubscription,
    AddPermission: addPermission,
    CreateTopic: createTopic,
    DeleteTopic: deleteTopic,
    GetSubscriptionAttributes: getSubscriptionAttributes,
    GetTopicAttributes: getTopicAttributes,
    ListSubscriptions: listSubscriptions,
    ListSubscriptionsByTopic: listSubscriptionsByTopic,
    ListTagsForResource: listTagsForResource,
    ListTopics: listTopics,
    Publish: publish,
    PublishBatch: publishBatch,
    SetSubscriptionAttributes: setSubscriptionAttributes,
    SetTopicAttributes: setTopicAttributes,
    Subscribe: subscribe,
    TagResource: tagResource,
    Unsubscribe: unsubscribe,
    UntagResource: untagResource,
  },
};
