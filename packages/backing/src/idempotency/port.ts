import type { WriteOperation } from '../table/port.ts';

export interface IdempotencyWriter {
  /**
   * Writes `operations` and the record of `key` in one transaction: either both happened or neither did, however often a
   * message is delivered. `'done'` when this call did it, `'already'` when an earlier one had.
   *
   * A failed condition of one of the `operations` themselves rejects with TwelvefoldError `CONDITION_FAILED`.
   */
  once(
    key: string,
    operations: readonly WriteOperation[],
    options?: { signal?: AbortSignal },
  ): Promise<'done' | 'already'>;
  /**
   * Remembers that `key` stands for a request with this `fingerprint`. `'claimed'` the first time, `'same'` for a repeat,
   * `'different'` when the key was used for another request.
   */
  claim(
    key: string,
    fingerprint: string,
    options?: { signal?: AbortSignal },
  ): Promise<'claimed' | 'same' | 'different'>;
}
