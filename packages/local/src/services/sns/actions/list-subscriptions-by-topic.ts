import type { Action } from '../../../core/service.ts';
import { listPage } from '../subscription-list.ts';
import { topicOf } from '../topic-of.ts';

export const listSubscriptionsByTopic: Action = (input, context) =>
  listPage(input, topicOf(input, context).subscriptions.values());
