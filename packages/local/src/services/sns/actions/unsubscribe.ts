import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { topicStore } from '../topic-store.ts';

/** A subscription that is not there is no error. */
export const unsubscribe: Action = (input, context) => {
  const arn = readString(input, 'SubscriptionArn') ?? '';
  if (arn.split(':').length < 6) throw invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements');
  const found = context.stores.get(topicStore).subscription(arn);
  if (found === undefined) return;
  found.topic.subscriptions.delete(arn);
  found.topic.subscriptionsDeleted += 1;
};
