import { invalidParameter } from './errors.ts';
import type { Subscription } from './topic.ts';

const MAX_SUBSCRIPTIONS = 100;

/**
 * "Topics with MaximumMessageSize set above 256 KiB support Firehose, SQS and Lambda subscriptions, with up to 100 per topic"
 * (developer guide, publishing large messages).
 *
 * @throws ServiceError `InvalidParameter`
 */
export function checkLargeTopic(subscriptions: ReadonlyArray<Pick<Subscription, 'protocol'>>): void {
  const other = subscriptions.find(({ protocol }) => protocol !== 'sqs' && protocol !== 'lambda');
  if (other !== undefined) {
    throw invalidParameter(
      `MaximumMessageSize Reason: above 256 KiB it does not support subscriptions of ${other.protocol}`,
    );
  }
  if (subscriptions.length > MAX_SUBSCRIPTIONS) {
    throw invalidParameter(`MaximumMessageSize Reason: above 256 KiB it supports ${MAX_SUBSCRIPTIONS} subscriptions`);
  }
}
