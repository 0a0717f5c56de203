import type { Action } from '../../../core/service.ts';
import { shownSubscriptionAttributes } from '../subscription-attributes.ts';
import { subscriptionOf } from '../topic-of.ts';

export const getSubscriptionAttributes: Action = (input, context) => {
  const { topic, subscription } = subscriptionOf(input, context);
  return { Attributes: shownSubscriptionAttributes(subscription, topic) };
};
