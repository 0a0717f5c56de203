import type { DeliveryPolicy } from './delivery-policy.ts';
import { DEFAULT_CONTENT_TYPE, DEFAULT_RETRY_POLICY, parseDeliveryPolicy } from './delivery-policy.ts';
import type { Subscription, Topic } from './topic.ts';

/** The subscription's own policy, else its topic's, else what SNS does by itself. */
export function effectiveDeliveryPolicy(topic: Topic, { attributes }: Subscription): DeliveryPolicy {
  const own = attributes.get('DeliveryPolicy');
  if (own !== undefined) return parseDeliveryPolicy(own, 'subscription');
  const general = topic.attributes.get('DeliveryPolicy');
  if (general !== undefined && general !== '') return parseDeliveryPolicy(general, 'topic');
  return { retry: DEFAULT_RETRY_POLICY, contentType: DEFAULT_CONTENT_TYPE };
}
