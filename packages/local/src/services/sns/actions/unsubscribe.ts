import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { giveToken, sendConfirmation } from '../confirmation.ts';
import { invalidParameter, snsError } from '../errors.ts';
import { isAnonymous } from '../is-anonymous.ts';
import { findSubscription, topicStore } from '../topic-store.ts';

/** A subscription that is not there is no error. A URL is told, and may have it back. */
export const unsubscribe: Action = async (input, context) => {
  const arn = readString(input, 'SubscriptionArn') ?? '';
  if (arn.split(':').length < 6) throw invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements');
  const now = context.clock.now();
  const found = findSubscription(context.stores.get(topicStore), arn, now);
  if (found === undefined) return;
  const { topic, subscription } = found;
  if (subscription.authenticateOnUnsubscribe && isAnonymous(context)) {
    throw snsError('AuthorizationErrorException', 'This subscription can be deleted by an authenticated caller only');
  }
  topic.subscriptions.delete(arn);
  topic.subscriptionsDeleted += 1;
  if (!subscription.confirmed || !/^https?$/.test(subscription.protocol)) return;
  giveToken(subscription, now);
  for (const [token, { tokenExpiresAt }] of topic.ended) if (tokenExpiresAt <= now) topic.ended.delete(token);
  topic.ended.set(subscription.token ?? '', subscription);
  await sendConfirmation('UnsubscribeConfirmation', topic, subscription, context);
};
