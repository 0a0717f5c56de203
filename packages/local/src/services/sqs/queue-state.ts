import type { Deduplication } from './deduplication.ts';
import type { Message } from './message.ts';

/** The messages that a receive of a FIFO queue gave under its ReceiveRequestAttemptId. */
export interface ReceiveAttempt {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly given: ReadonlyArray<{ readonly messageId: string; readonly receipt: string; readonly until: number }>;
}

/** All that a queue remembers: plain data, apart from the receives that wait and from the order made of it. */
export interface QueueState {
  readonly name: string;
  readonly arn: string;
  readonly attributes: Record<string, string>;
  readonly tags: Map<string, string>;
  readonly createdAt: number;
  modifiedAt: number;
  purgedAt: number | undefined;
  /** In the order they came. */
  readonly messages: Map<string, Message>;
  readonly accepted: Deduplication;
  readonly attempts: Map<string, ReceiveAttempt>;
  /** Of the newest sequence number. */
  sequence: number;
}

/** The state of a queue that nothing was sent to. */
export function emptyQueueState(
  queue: Pick<QueueState, 'name' | 'arn' | 'attributes' | 'tags'>,
  createdAt: number,
): QueueState {
  return {
    ...queue,
    createdAt,
    modifiedAt: createdAt,
    purgedAt: undefined,
    messages: new Map(),
    accepted: new Map(),
    attempts: new Map(),
    sequence: 0,
  };
}
