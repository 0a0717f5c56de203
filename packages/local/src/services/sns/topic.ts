import type { Deduplication } from '../sqs/deduplication.ts';

/** One subscription: always of protocol `sqs`, always confirmed. */
export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  /** The queue's ARN. */
  readonly endpoint: string;
  readonly owner: string;
  /** As set, e.g. `RawMessageDelivery`, `FilterPolicy`. */
  readonly attributes: Map<string, string>;
}

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
  readonly deduplication: Deduplication;
  /** Of the messages of a FIFO topic. */
  sequence: number;
  subscriptionsDeleted: number;
}
