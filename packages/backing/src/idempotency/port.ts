import type { WriteOperation } from '../table/port.ts';

/** The right to do one piece of work, until it is over or its lease ends. */
export interface IdempotencyAttempt {
  readonly state: 'started';
  /**
   * Greater with every attempt at a key. A write outside of the transaction can use it as a guard:
   * it refuses a number that is smaller than the greatest it has seen.
   */
  readonly fence: number;
  /**
   * Ends the attempt: the work is done, and `operations` (99 at most) are written in the same
   * transaction. Nothing is written if another attempt has taken the key over.
   *
   * @throws TwelvefoldError `ATTEMPT_LOST` then; `CONDITION_FAILED` when a condition of one of the
   * `operations` does not hold.
   */
  complete(operations?: readonly WriteOperation[], options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Ends the attempt: the work failed, and the next attempt may begin at once. Does nothing if
   * another attempt has taken the key over.
   */
  fail(options?: { signal?: AbortSignal }): Promise<void>;
}

export interface BeginOptions {
  /**
   * How long other attempts are kept out, in milliseconds. Work that takes longer may be done
   * twice.
   */
  leaseMs: number;
  /** How long the key is remembered, in milliseconds. @defaultValue the store's window */
  windowMs?: number;
  signal?: AbortSignal;
}

/** Keys given to `once` and keys given to `claim` are apart: one text may be used for both. */
export interface IdempotencyClient {
  /**
   * Takes the key for work that is more than one transaction. `'started'`: this attempt may do the
   * work; `'done'`: it is done; `'inProgress'`: another attempt works on it, for `retryAfterMs` at
   * most. Of overlapping calls, one starts. Keys given here are apart from those of the other
   * methods.
   */
  begin(
    key: string,
    options: BeginOptions,
  ): Promise<IdempotencyAttempt | { state: 'done' } | { state: 'inProgress'; retryAfterMs: number }>;
  /**
   * Writes `operations` (99 at most) and the record of `key` in one transaction: both happen or
   * neither does, however often a message is delivered. `'done'` when this call did it, `'already'`
   * when an earlier one had.
   *
   * After a network failure it is open whether it was done; the next call with the key returns the
   * answer. A failed condition of one of the `operations` rejects with TwelvefoldError
   * `CONDITION_FAILED`, rows that stay held by other transactions with `TRANSACTION_CONFLICT`.
   */
  once(
    key: string,
    operations: readonly WriteOperation[],
    options?: { signal?: AbortSignal },
  ): Promise<'done' | 'already'>;
  /**
   * Remembers that `key` stands for a request with this `fingerprint`. `'claimed'` the first time,
   * `'same'` for a repeat, `'different'` if the key was used for another request. Of overlapping
   * calls, one claims.
   */
  claim(
    key: string,
    fingerprint: string,
    options?: { signal?: AbortSignal },
  ): Promise<'claimed' | 'same' | 'different'>;
}
