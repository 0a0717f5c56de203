import type { Duration } from '@twelvefold/lifecycle';

/** What a message came to be on a queue. */
export interface SendReceipt {
  messageId: string;
}

export interface SendOptions {
  /** Hides the message at first. SQS: up to 15 minutes. */
  delay?: Duration;
  signal?: AbortSignal;
}

/** One result per message of `sendAll`, in input order. */
export type SendResult = { ok: true; messageId: string } | { ok: false; error: Error };

/** The part of a queue that sends. `T` is the schema's input type. */
export interface QueueSender<T> {
  /**
   * Sends one message, with the scope's correlation and trace on it.
   *
   * @throws TwelvefoldError `MESSAGE_INVALID` when it does not fit the schema, `MESSAGE_TOO_LARGE` above 1 MiB.
   */
  send(message: T, options?: SendOptions): Promise<SendReceipt>;
  /** Sends many, packed into batches by count and bytes; failed entries alone are tried again. */
  sendAll(messages: Iterable<T> | AsyncIterable<T>, options?: SendOptions): Promise<SendResult[]>;
}

/** What a handler may know of the message it works on. */
export interface MessageInfo {
  readonly messageId: string;
  /** How often it has been received, this time included. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}
