import type { Action } from '../../../core/service.ts';
import { shownSubscriptionAttributes } from '../subscription-attributes.ts';
import { subscriptionOf } from '../topic-of.ts';

export const getSubscriptionAttributes: Action = (input, context) => ({
  Attributes: shownSubscriptionAttributes(subscriptionOf(input, context).subscription),
});
