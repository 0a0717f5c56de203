import { readString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { invalidParameter, snsError } from './errors.ts';
import type { Subscription, Topic } from './topic.ts';
import { findSubscription, topicStore } from './topic-store.ts';

type Input = Readonly<Record<string, unknown>>;

/** The topic's ARN that the input names, noted in the call log. @throws ServiceError `InvalidParameter` */
export function topicArnOf(input: Input, context: CallContext, iamAction?: string, member = 'TopicArn'): string {
  const arn = readString(input, member) ?? '';
  const elements = arn.split(':');
  if (elements.length < 6) {
    throw invalidParameter(`${member} Reason: An ARN must have at least 6 elements, not ${elements.length}`);
  }
  context.touches(arn, iamAction);
  return arn;
}

/** The topic that the input names. @throws ServiceError `NotFound`, `InvalidParameter` */
export function topicOf(input: Input, context: CallContext, iamAction?: string, member = 'TopicArn'): Topic {
  const topic = context.stores.get(topicStore).topics.get(topicArnOf(input, context, iamAction, member));
  if (topic === undefined) throw snsError('NotFoundException', 'Topic does not exist');
  return topic;
}

/** @throws ServiceError `NotFound`, `InvalidParameter` */
export function subscriptionOf(input: Input, context: CallContext): { topic: Topic; subscription: Subscription } {
  const arn = readString(input, 'SubscriptionArn') ?? '';
  if (arn.split(':').length < 6) throw invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements');
  const found = findSubscription(context.stores.get(topicStore), arn, context.clock.now());
  if (found === undefined) throw snsError('NotFoundException', 'Subscription does not exist');
  return found;
}
