import { storeKey } from '../../core/stores.ts';
import type { Delivery } from './delivery.ts';
import type { Subscription, Topic } from './topic.ts';
import { liveSubscriptions } from './topic.ts';

/** The topics of one account and region, by ARN. Plain data. */
export interface TopicStore {
  readonly topics: Map<string, Topic>;
  /** What has not arrived yet, by id. */
  readonly deliveries: Map<string, Delivery>;
}

export const topicStore = storeKey('sns', (): TopicStore => ({ topics: new Map(), deliveries: new Map() }));

/** A subscription and its topic, by the subscription's ARN. */
export function findSubscription(
  { topics }: TopicStore,
  arn: string,
  now: number,
): { topic: Topic; subscription: Subscription } | undefined {
  // A subscription's ARN is its topic's with one element more.
  const topic = topics.get(arn.slice(0, Math.max(0, arn.lastIndexOf(':'))));
  if (topic === undefined) return undefined;
  liveSubscriptions(topic, now);
  const subscription = topic.subscriptions.get(arn);
  return subscription === undefined ? undefined : { topic, subscription };
}
