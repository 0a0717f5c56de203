/** Which message an event is about. */
export interface MessageIdentity {
  readonly messageId: string;
  /** `undefined` before the message could be read. */
  readonly correlationId: string | undefined;
  /** This delivery included. */
  readonly receiveCount: number;
}

/**
 * An event of a consumer, for logs and counters. Events about one message are emitted inside its
 * scope where it has one.
 */
export type ConsumerEvent =
  /** One receive, or one Lambda event, brought `count` messages; empty receives are not told. */
  | {
      readonly type: 'received';
      readonly count: number;
      /**
       * How long ago the oldest of them was sent, in milliseconds by the clocks of SQS and of this
       * machine.
       */
      readonly ageMs: number;
    }
  | ({ readonly type: 'handled'; readonly durationMs: number } & MessageIdentity)
  /** It failed and comes again `delayMs` from now. */
  | ({ readonly type: 'retried'; readonly error: unknown; readonly delayMs: number } & MessageIdentity)
  /**
   * It can never succeed. `moved` says whether it is in the dead-letter queue; if not, SQS's own
   * redrive moves it in time.
   */
  | ({
      readonly type: 'poisoned';
      readonly reason: string;
      readonly fingerprint: string;
      readonly moved: boolean;
      /** Why it could not be moved. */
      readonly error?: unknown;
    } & MessageIdentity)
  /**
   * It failed at the last receive that its queue allows, and is in the dead-letter queue now.
   * `reason` has no text of the error's own.
   */
  | ({
      readonly type: 'exhausted';
      readonly error: unknown;
      readonly reason: string;
      readonly fingerprint: string;
    } & MessageIdentity)
  | ({ readonly type: 'dropped'; readonly reason: string } & MessageIdentity)
  /**
   * The body does not match the MD5 that SQS sent along; the message was left to be delivered
   * again.
   */
  | ({ readonly type: 'corrupted' } & MessageIdentity)
  /** SQS may have given the message to another consumer; its signal has aborted. */
  | { readonly type: 'leaseLost'; readonly messageId: string; readonly error?: unknown }
  /** Time ran out while it was handled, or before it was started. It comes again. */
  | { readonly type: 'abandoned'; readonly messageId: string; readonly started: boolean }
  /** It goes back unhandled, because an earlier message of its group comes again. */
  | { readonly type: 'returned'; readonly messageId: string }
  /** The `attempt`th receive in a row failed; the next follows after `delayMs`. */
  | { readonly type: 'receiveFailed'; readonly error: unknown; readonly attempt: number; readonly delayMs: number }
  /** It was handled but not deleted: it comes again. */
  | { readonly type: 'deleteFailed'; readonly messageId: string; readonly error: Error }
  /** Its next delivery could not be timed: it comes when its visibility timeout ends. */
  | { readonly type: 'visibilityFailed'; readonly messageId: string; readonly error: Error };

/**
 * Receives events; what it throws is ignored, because no message may be lost to a faulty logger.
 */
export type ConsumerEventListener = (event: ConsumerEvent) => void;
