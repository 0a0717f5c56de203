import type { ServiceModule } from '../../core/service.ts';
import { addPermission } from './actions/add-permission.ts';
import { confirmSubscription } from './actions/confirm-subscription.ts';
import { createTopic } from './actions/create-topic.ts';
import { deleteTopic } from './actions/delete-topic.ts';
import { getSubscriptionAttributes } from './actions/get-subscription-attributes.ts';
import { getTopicAttributes } from './actions/get-topic-attributes.ts';
import { listSubscriptions } from './actions/list-subscriptions.ts';
import { listSubscriptionsByTopic } from './actions/list-subscriptions-by-topic.ts';
import { listTagsForResource } from './actions/list-tags-for-resource.ts';
import { listTopics } from './actions/list-topics.ts';
import { publish } from './actions/publish.ts';
import { publishBatch } from './actions/publish-batch.ts';
import { removePermission } from './actions/remove-permission.ts';
import { setSubscriptionAttributes } from './actions/set-subscription-attributes.ts';
import { setTopicAttributes } from './actions/set-topic-attributes.ts';
import { subscribe } from './actions/subscribe.ts';
import { tagResource } from './actions/tag-resource.ts';
import { unsubscribe } from './actions/unsubscribe.ts';
import { untagResource } from './actions/untag-resource.ts';
import { certificatePage } from './certificate-page.ts';
import { resumeDeliveries } from './resume-deliveries.ts';

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
