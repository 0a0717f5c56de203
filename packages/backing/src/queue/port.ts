import type { Deadline, Duration } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import type { SendAllResult } from '../message/send-all.ts';

/** The ids that SQS gave to a message. */
export interface SendReceipt {
  messageId: string;
}

export interface SendOptions {
  /** Hides the message at first. SQS: up to 15 minutes. */
  delay?: Duration;
  /**
   * The message's group, 1 to 128 letters, digits and punctuation marks. On a FIFO queue order is
   * kept within it; on a standard queue it makes a fair share: a group with a long backlog, a
   * tenant say, does not delay the others. @defaultValue the field that the definition names
   */
  group?: string;
  /**
   * Identifies repeats within five minutes; FIFO queues only. @defaultValue the field that the
   * definition names, or a new id
   */
  deduplicationId?: string;
  signal?: AbortSignal;
}

export interface SendAllOptions<T> {
  /** As of `send`, for all messages or for each. */
  delay?: Duration | ((message: T) => Duration | undefined);
  group?: string | ((message: T) => string | undefined);
  deduplicationId?: (message: T) => string | undefined;
  /** How long a batch that is not full waits for an asynchronous source. @defaultValue '50ms' */
  linger?: Duration;
  /**
   * Receives the result of each message as soon as it is known, with its index in the source; the
   * returned list is empty then. For a source without an end, and for one that may throw in the
   * middle: the list would never be returned. An error that it throws rejects the call.
   */
  onResult?: (result: SendResult, message: T, index: number) => void;
  signal?: AbortSignal;
}

/** One result per message of `sendAll`, in input order. */
export type SendResult = SendAllResult;

/** The part of a queue that sends. `T` is the schema's input type. */
export interface QueueSender<T> {
  /**
   * Sends one message, with the scope's correlation and trace on it.
   *
   * @throws TwelvefoldError `MESSAGE_INVALID` when it does not fit the schema, `MESSAGE_TOO_LARGE`
   * above 1 MiB.
   */
  send(message: T, options?: SendOptions): Promise<SendReceipt>;
  /**
   * Sends many, packed into batches by count and bytes; only failed entries are tried again, under
   * the same deduplication id. A source is read as fast as it is sent. On a FIFO queue each group's
   * order is kept: what comes after a message that could not be sent is held back.
   */
  sendAll(messages: Iterable<T> | AsyncIterable<T>, options?: SendAllOptions<T>): Promise<SendResult[]>;
}

/** A message of a dead-letter queue. */
export interface DeadLetter {
  readonly messageId: string;
  /** The same for failures of one kind. */
  readonly fingerprint: string;
  readonly reason: string;
  readonly sourceQueue: string | undefined;
  readonly correlationId: string | undefined;
  readonly sentAtMs: number;
  readonly receives: number;
  readonly group: string | undefined;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The dead letters of a queue. */
export interface DeadLetterClient {
  /**
   * Each letter once, until a few receives find nothing more. A letter is hidden from others for
   * ten minutes, or until the loop ends: those that were not redriven are visible again then.
   *
   * @throws TypeError for a queue without a dead-letter queue
   */
  deadLetters(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<DeadLetter>;
  /** About how many there are. */
  countDeadLetters(options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /**
   * Sends a letter of the running loop back to its queue, then deletes it: a process that dies
   * between the two leaves it in both.
   */
  redrive(letter: DeadLetter, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Information about the message that a handler works on. */
export interface MessageInfo {
  readonly messageId: string;
  /** How often it has been received, this time included. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** The message's group: where order is kept, or a fair share of a standard queue. */
  readonly group?: string | undefined;
  /**
   * Milliseconds until SQS may give the message to another consumer. A service extends it as long
   * as the handler runs, 12 hours in all; on Lambda it only falls.
   */
  leaseRemaining(): number;
}

/** How a consumer that polls is doing. */
export interface ConsumerHealth {
  /** It receives, or would if there were anything. */
  readonly polling: boolean;
  /** Milliseconds since a receive was last answered; `undefined` before the first. */
  readonly lastReceiveMs: number | undefined;
  /** Receives in a row that have failed. */
  readonly receiveFailures: number;
  /** Messages handled since the consumer was created. */
  readonly handled: number;
  /** Receives of messages that ended without being handled: retried, moved, abandoned. */
  readonly failed: number;
  /** Messages being handled, and those that wait behind one of their group. */
  readonly inFlight: number;
  /** For how long the oldest of them has been held, in milliseconds. */
  readonly oldestInFlightMs: number;
  /**
   * How old the newest message was that the last receive brought, in milliseconds: how far the
   * consumer is behind. 0 after a receive that found nothing.
   */
  readonly lagMs: number;
}

/**
 * Works on one message. Returning acknowledges it; throwing `Retry`, `Poison` or `Drop` decides
 * otherwise, any other error retries.
 */
export type MessageHandler<T> = (message: T, info: MessageInfo, scope: Scope) => Promise<void>;

/**
 * A sender's attribute with its type: as ReceiveMessage gives it, or as a record of a Lambda event
 * has it, bytes in base64.
 */
export type TypedAttribute =
  | { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: Uint8Array }
  | { readonly dataType: string; readonly stringValue?: string; readonly binaryValue?: string };

/** A message as a host received it: from a long poll, or as a record of a Lambda event. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** SQS's own attributes, e.g. `ApproximateReceiveCount`, `SentTimestamp`, `AWSTraceHeader`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The sender's attributes of type String or Number. */
  readonly messageAttributes: Readonly<Record<string, string>>;
  /**
   * All of the sender's attributes, binary ones too: for a copy of the message. @defaultValue
   * `messageAttributes` as text
   */
  readonly typedAttributes?: Readonly<Record<string, TypedAttribute>> | undefined;
  readonly md5OfBody?: string | undefined;
  /** The ARN of the topic that invoked the function with it; none for a message from a queue. */
  readonly topicArn?: string | undefined;
}

export interface BatchContext {
  /** Aborts when the work should end early; messages then under way get to see it. */
  readonly signal?: AbortSignal | undefined;
  /** When the invocation ends. @defaultValue none */
  readonly deadline?: Deadline | undefined;
  /**
   * Who invoked the function with them. A topic's messages are in no queue: their next deliveries
   * cannot be timed, their lease is the invocation, and whatever is reported as failed has to fail
   * the invocation, so that Lambda repeats it. @defaultValue 'queue'
   */
  readonly source?: 'queue' | 'topic' | undefined;
}

/** A consumer of the batches that Lambda receives. */
export interface QueueBatchConsumer {
  /** `consumer:` and the queue's name. */
  readonly name: string;
  /**
   * Handles the records of one Lambda event. An empty list means that every message may be deleted.
   * The event source mapping must have `ReportBatchItemFailures` on, or Lambda deletes the failed
   * ones too. Takes the records of an SNS event with `source: 'topic'`.
   */
  handleBatch(messages: readonly ReceivedMessage[], context?: BatchContext): Promise<{ failedMessageIds: string[] }>;
}

/**
 * A consumer that polls a queue, as a lifecycle resource: `start`, `check`, `quiesce`, `drain`,
 * `stop`.
 */
export interface QueueConsumer extends AsyncDisposable {
  /** `consumer:` and the queue's name. */
  readonly name: string;
  /**
   * Starts to poll. An endpoint that is down does not reject: polling goes on with back-off;
   * `check` and `onEvent` report it.
   */
  start(signal?: AbortSignal): Promise<void>;
  /** How it is doing, without a call. */
  health(): ConsumerHealth;
  /**
   * Rejects with the reason while the consumer cannot receive: after three receives in a row that
   * failed.
   */
  check(signal?: AbortSignal): Promise<void>;
  /** Stops taking messages and ends the long poll; what has been received is still handled. */
  quiesce(signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when every received message has been handled and acknowledged. When `signal` aborts,
   * the messages' own signals abort, and what is still not finished shortly after is made visible
   * again.
   *
   * @throws TwelvefoldError `CONSUMER_ABANDONED` when messages were left unfinished.
   */
  drain(signal?: AbortSignal): Promise<void>;
  /** Ends what `drain` did not. The consumer cannot be started again. */
  stop(signal?: AbortSignal): Promise<void>;
}
