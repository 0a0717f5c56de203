import type { WriteOperation } from '../table/port.ts';

/** Keys given to `once` and keys given to `claim` are apart: one text may be used for both. */
export interface IdempotencyWriter {
  /**
   * Writes `operations` (99 at most) and the record of `key` in one transaction: either both happened or neither did,
   * however often a message is delivered. `'done'` when this call did it, `'already'` when an earlier one had.
   *
   * A rejection because the network failed leaves open whether it was done; the next call with the key tells. A failed
   * condition of one of the `operations` themselves rejects with TwelvefoldError `CONDITION_FAILED`, rows that stay held
   * by other transactions with `TRANSACTION_CONFLICT`.
   */
  once(
    key: string,
    operations: readonly WriteOperation[],
    options?: { signal?: AbortSignal },
  ): Promise<'done' | 'already'>;
  /**
   * Remembers that `key` stands for a request with this `fingerprint`. `'claimed'` the first time, `'same'` for a repeat,
   * `'different'` when the key was used for another request. Of calls that overlap, one claims.
   */
  claim(
    key: string,
    fingerprint: string,
    options?: { signal?: AbortSignal },
  ): Promise<'claimed' | 'same' | 'different'>;
}
