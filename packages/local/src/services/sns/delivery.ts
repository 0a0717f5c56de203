import type { MessageDraft } from '../sqs/message.ts';

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
  /** What its subscription's dead-letter queue gets when it does not arrive. */
  readonly deadLetter: MessageDraft | undefined;
  /** Milliseconds before each retry that is left. */
  readonly retriesMs: number[];
  /** When it is tried next, in milliseconds since the epoch. */
  dueAt: number;
}
