import { readString } from '../../core/input.ts';
import { pageByKey } from '../page.ts';
import { invalidParameter } from './errors.ts';
import type { Subscription } from './topic.ts';

const PAGE = 100;

/** A page of subscriptions, as both listings answer it. @throws ServiceError `InvalidParameter` */
export function listPage(input: Readonly<Record<string, unknown>>, subscriptions: Iterable<Subscription>) {
  const token = readString(input, 'NextToken');
  const { items, next } = pageByKey(
    subscriptions,
    ({ arn }) => arn,
    PAGE,
    token,
    () => invalidParameter('NextToken'),
  );
  return {
    Subscriptions: items.map(({ arn, owner, protocol, endpoint, topicArn, confirmed }) => ({
      SubscriptionArn: confirmed ? arn : 'PendingConfirmation',
      Owner: owner,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topicArn,
    })),
    NextToken: next,
  };
}
