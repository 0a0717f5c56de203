import type { Duration } from '@twelvefold/core';
import type { SendAllResult } from '../message/send-all.ts';

/** What a message came to be on a topic. */
export interface PublishReceipt {
  messageId: string;
}

export interface PublishOptions {
  /**
   * The message's group, 1 to 128 letters, digits and punctuation marks: order on a FIFO topic, a fair share in the standard queues behind a standard
   * one. @defaultValue the field that the definition names
   */
  group?: string;
  /** Tells repeats within five minutes; FIFO topics only. @defaultValue the field that the definition names, or an id of its own */
  deduplicationId?: string;
  signal?: AbortSignal;
}

export interface PublishAllOptions<T> {
  /** As of `publish`, for all messages or for each. */
  group?: string | ((message: T) => string | undefined);
  deduplicationId?: (message: T) => string | undefined;
  /** How long a batch that is not full waits for an asynchronous source. @defaultValue '50ms' */
  linger?: Duration;
  /**
   * Is told what became of each message as soon as that is known, with its place in the source; then the answer is empty. For a source without an
   * end, and for one that may throw in the middle: the answer would never come. What it throws rejects the call.
   */
  onResult?: (result: PublishResult, message: T, index: number) => void;
  signal?: AbortSignal;
}

/** One result per message of `publishAll`, in input order. */
export type PublishResult = SendAllResult;

/** The part of a topic that publishes. `T` is the schema's input type. */
export interface TopicPublisher<T> {
  /**
   * Publishes one message, with the scope's correlation and trace on it, and the topic's `filters` as attributes.
   *
   * @throws TwelvefoldError `MESSAGE_INVALID` when it does not fit the schema, `MESSAGE_TOO_LARGE` above the topic's limit.
   */
  publish(message: T, options?: PublishOptions): Promise<PublishReceipt>;
  /**
   * Publishes many, packed into batches by count and bytes; failed entries alone are tried again, under the same deduplication id. On a FIFO topic each
   * group's order is kept: what comes after a message that could not be published is held back.
   */
  publishAll(messages: Iterable<T> | AsyncIterable<T>, options?: PublishAllOptions<T>): Promise<PublishResult[]>;
}
