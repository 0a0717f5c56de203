import type { Deduplication } from '../sqs/deduplication.ts';

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
  /** What confirms it, of those that must be confirmed; good until `tokenExpiresAt` (milliseconds since the epoch). */
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
  /** Those that ended, as long as the token of their UnsubscribeConfirmation is good: it brings them back. */
  readonly ended: Map<string, Subscription>;
  readonly deduplication: Deduplication;
  /** Of the messages of a FIFO topic. */
  sequence: number;
  subscriptionsDeleted: number;
}

/** The topic's subscriptions: one that nobody confirmed in time is none. */
export function liveSubscriptions(topic: Topic, now: number): Subscription[] {
  for (const [arn, { confirmed, tokenExpiresAt }] of topic.subscriptions) {
    if (!confirmed && tokenExpiresAt <= now) topic.subscriptions.delete(arn);
  }
  return [...topic.subscriptions.values()];
}
