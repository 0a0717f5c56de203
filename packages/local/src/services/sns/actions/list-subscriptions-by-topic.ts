import type { Action } from '../../../core/service.ts';
import { listPage } from '../subscription-list.ts';
import { liveSubscriptions } from '../topic.ts';
import { topicOf } from '../topic-of.ts';

export const listSubscriptionsByTopic: Action = (input, context) =>
  listPage(input, liveSubscriptions(topicOf(input, context), context.clock.now()));
