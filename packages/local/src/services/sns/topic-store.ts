import { storeKey } from '../../core/stores.ts';
import type { Subscription, Topic } from './topic.ts';

/** The topics of one account and region, by ARN. */
export interface TopicStore {
  readonly topics: Map<string, Topic>;
  subscription(arn: string): { topic: Topic; subscription: Subscription } | undefined;
}

export const topicStore = storeKey('sns', (): TopicStore => {
  const topics = new Map<string, Topic>();
  return {
    topics,
    subscription: (arn) => {
      // A subscription's ARN is its topic's with one element more.
      const topic = topics.get(arn.slice(0, Math.max(0, arn.lastIndexOf(':'))));
      const subscription = topic?.subscriptions.get(arn);
      return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
    },
  };
});
