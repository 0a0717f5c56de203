import type { Duration } from '@twelvefold/core';
import type { SendAllResult } from '../message/send-all.ts';

/** The ids that SNS gave to a message. */
export interface PublishReceipt {
  messageId: string;
}

export interface PublishOptions {
  /**
   * The message's group, 1 to 128 letters, digits and punctuation marks: order on a FIFO topic, a
   * fair share in the standard queues behind a standard one. @defaultValue the field that the
   * definition names
   */
  group?: string;
  /**
   * Identifies repeats within five minutes; FIFO topics only. @defaultValue the field that the
   * definition names, or a new id
   */
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
   * Receives the result of each message as soon as it is known, with its index in the source; the
   * returned list is empty then. For a source without an end, and for one that may throw in the
   * middle: the list would never be returned. An error that it throws rejects the call.
   */
  onResult?: (result: PublishResult, message: T, index: number) => void;
  signal?: AbortSignal;
}

/** One result per message of `publishAll`, in input order. */
export type PublishResult = SendAllResult;

/** The part of a topic that publishes. `T` is the schema's input type. */
export interface TopicPublisher<T> {
  /**
   * Publishes one message, with the scope's correlation and trace on it, and the topic's `filters`
   * as attributes.
   *
   * @throws TwelvefoldError `MESSAGE_INVALID` when it does not fit the schema, `MESSAGE_TOO_LARGE`
   * above the topic's limit.
   */
  publish(message: T, options?: PublishOptions): Promise<PublishReceipt>;
  /**
   * Publishes many, packed into batches by count and bytes; only failed entries are tried again,
   * under the same deduplication id. On a FIFO topic each group's order is kept: messages after one
   * that could not be published are held back.
   */
  publishAll(messages: Iterable<T> | AsyncIterable<T>, options?: PublishAllOptions<T>): Promise<PublishResult[]>;
}
