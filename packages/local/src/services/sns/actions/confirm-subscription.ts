import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { isAnonymous } from '../is-anonymous.ts';
import { liveSubscriptions } from '../topic.ts';
import { topicOf } from '../topic-of.ts';

/** Makes a subscription one, or brings one back that has ended. Confirming again is no error. */
export const confirmSubscription: Action = (input, context) => {
  const topic = topicOf(input, context);
  const token = readString(input, 'Token') ?? '';
  const now = context.clock.now();
  const ended = topic.ended.get(token);
  const found = liveSubscriptions(topic, now).find((subscription) => subscription.token === token) ?? ended;
  if (token === '' || found === undefined || found.tokenExpiresAt <= now) throw invalidParameter('Token');
  const anonymous = isAnonymous(context);
  const authenticate = readString(input, 'AuthenticateOnUnsubscribe') ?? 'false';
  if (authenticate !== 'true' && authenticate !== 'false') throw invalidParameter('AuthenticateOnUnsubscribe');
  if (ended !== undefined) {
    topic.ended.delete(token);
    topic.subscriptions.set(ended.arn, ended);
    topic.subscriptionsDeleted -= 1;
  }
  if (!found.confirmed || ended !== undefined) {
    found.confirmed = true;
    found.confirmedBySigner = !anonymous;
    found.authenticateOnUnsubscribe = authenticate === 'true' && !anonymous;
  }
  return { SubscriptionArn: found.arn };
};
