import { readString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { storeKey } from '../../core/stores.ts';
import type { Deduplication, MessageDraft } from '../sqs/queue-types.ts';

import { invalidParameter, snsError } from './errors.ts';

/** One subscription. */
export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  /** A queue's or a function's ARN, or a URL. */
  readonly endpoint: string;
  readonly owner: string;
  /** As set, e.g. `RawMessageDelivery`, `FilterPolicy`. */
  readonly attributes: Map<string, string>;
  /**
   * The token that confirms it, of a subscription that must be confirmed; good until
   * `tokenExpiresAt` (milliseconds since the epoch).
   */
  token: string | undefined;
  tokenExpiresAt: number;
  confirmed: boolean;
  /** Whether the confirmation was signed. */
  confirmedBySigner: boolean;
  /** Whether an unsigned call must not end it. */
  authenticateOnUnsubscribe: boolean;
}

/** Plain data. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly owner: string;
  /** As set, without what AWS adds when it shows them. */
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  /** By ARN, in the order they were made. */
  readonly subscriptions: Map<string, Subscription>;
  /**
   * Those that ended, as long as the token of their UnsubscribeConfirmation is good: it brings them
   * back.
   */
  readonly ended: Map<string, Subscription>;
  readonly deduplication: Deduplication;
  /** Of the messages of a FIFO topic. */
  sequence: number;
  subscriptionsDeleted: number;
}

/** The topic's subscriptions: without those that were not confirmed in time. */
export function liveSubscriptions(topic: Topic, now: number): Subscription[] {
  for (const [arn, { confirmed, tokenExpiresAt }] of topic.subscriptions) {
    if (!confirmed && tokenExpiresAt <= now) topic.subscriptions.delete(arn);
  }
  return [...topic.subscriptions.values()];
}

/** The topics of one account and region, by ARN. Plain data. */
interface TopicStore {
  readonly topics: Map<string, Topic>;
  /** The deliveries that are not done yet, by id. */
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

type Input = Readonly<Record<string, unknown>>;

/**
 * The topic's ARN that the input names, noted in the call log.
 *
 * @throws ServiceError `InvalidParameter`
 */
export function topicArnOf(input: Input, context: CallContext, iamAction?: string, member = 'TopicArn'): string {
  const arn = readString(input, member) ?? '';
  const elements = arn.split(':');
  if (elements.length < 6) {
    throw invalidParameter(`${member} Reason: An ARN must have at least 6 elements, not ${elements.length}`);
  }
  context.touches(arn, iamAction);
  // Recorded on AWS, of every operation.
  if (elements[3] !== context.region) throw invalidParameter(member);
  return arn;
}

/** The topic that the input names. @throws ServiceError `NotFound`, `InvalidParameter` */
export function topicOf(input: Input, context: CallContext, iamAction?: string, member = 'TopicArn'): Topic {
  const topic = context.stores.get(topicStore).topics.get(topicArnOf(input, context, iamAction, member));
  if (topic === undefined) throw snsError('NotFoundException', 'Topic does not exist');
  return topic;
}

/**
 * The subscription's ARN that the input names. The texts were recorded on AWS.
 *
 * @throws ServiceError `InvalidParameter`
 */
export function subscriptionArnOf(input: Input): string {
  const arn = readString(input, 'SubscriptionArn');
  if (arn === undefined) throw invalidParameter('SubscriptionArn Reason: no value for required parameter');
  const elements = arn.split(':').length;
  if (elements < 6) {
    throw invalidParameter(`SubscriptionArn Reason: An ARN must have at least 6 elements, not ${elements}`);
  }
  if (elements === 6) throw invalidParameter('SubscriptionId');
  return arn;
}

/** Operations on a subscription are authorized on its topic. */
export const touchTopicOf = (subscriptionArn: string, context: CallContext): void =>
  context.touches(subscriptionArn.slice(0, subscriptionArn.lastIndexOf(':')));

/** @throws ServiceError `NotFound`, `InvalidParameter` */
export function subscriptionOf(input: Input, context: CallContext): { topic: Topic; subscription: Subscription } {
  const arn = subscriptionArnOf(input);
  touchTopicOf(arn, context);
  const found = findSubscription(context.stores.get(topicStore), arn, context.clock.now());
  if (found === undefined) throw snsError('NotFoundException', 'Subscription does not exist');
  return found;
}

/** A delivery that takes time: to a URL or to a function. Plain data. */
export interface Delivery {
  readonly id: string;
  readonly kind: 'http' | 'lambda';
  readonly subscriptionArn: string;
  /** A URL or a function's ARN. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the request; for a function its event, in JSON. */
  readonly body: string;
  /** The message for the subscription's dead-letter queue when it does not arrive. */
  readonly deadLetter: MessageDraft | undefined;
  /** Milliseconds before each retry that is left. */
  readonly retriesMs: number[];
  /** When it is tried next, in milliseconds since the epoch. */
  dueAt: number;
}
