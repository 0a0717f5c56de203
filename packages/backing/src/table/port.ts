import type { TransactWriteEntry } from '@twelvefold/aws/internal';

/** The key of a row: a string for a partition key alone, else an object of both. */
export type KeyOf<P extends string, K extends string> = [K] extends [never] ? string : { [F in P | K]: string };

/** Conditions on a write: field equals value; `exists: false` for "no such row". */
export interface Condition<R> {
  /** `true`: the row must exist; `false`: it must not. */
  exists?: boolean;
  /** Fields that must have exactly these values; `undefined` means that the row must not have the field. */
  equals?: { [F in keyof R]?: R[F] | undefined };
}

/** The fields that a row may lack. */
type OptionalField<R> = { [F in keyof R]-?: Record<never, never> extends Pick<R, F> ? F : never }[keyof R] & string;

/** What an update does, field by field. Key fields cannot change. */
export interface Changes<R> {
  /** Fields to replace; those that are `undefined` stay as they are. */
  set?: { [F in keyof R]?: R[F] | undefined };
  /** Adds to a number; a missing field counts as 0. */
  add?: { [F in keyof R as R[F] extends number | undefined ? F : never]?: number };
  /** Optional fields to take away. */
  remove?: ReadonlyArray<OptionalField<R>>;
}

/**
 * A write that has been described but not sent: {@link TableClient.transact} and `idempotency.once` join into one
 * transaction. It names its table, so operations of several tables can be joined.
 */
export interface WriteOperation {
  readonly entry: TransactWriteEntry;
}

/** Reads and writes rows of one table. A component has the methods of the accesses that its `uses` names. */
export interface TableClient<R, Key> {
  /**
   * The row, or `undefined`. `consistent` sees every earlier write.
   *
   * @throws TwelvefoldError `ROW_INVALID` when what is stored does not fit the schema.
   */
  get(key: Key, options?: { consistent?: boolean; signal?: AbortSignal }): Promise<R | undefined>;
  /** Rows of one partition in key order, page by page underneath. */
  query(
    partition: string,
    options?: { descending?: boolean; limit?: number; consistent?: boolean; signal?: AbortSignal },
  ): AsyncIterable<R>;
  /** Every row, page by page underneath: for admin tasks, not for requests. */
  scan(options?: { signal?: AbortSignal }): AsyncIterable<R>;
  /**
   * Writes the whole row as its schema returns it; fields that are `undefined` are left out.
   *
   * @throws TwelvefoldError `CONDITION_FAILED` when `condition` does not hold, `ROW_INVALID` when the row does not fit the schema.
   */
  put(row: R, options?: { condition?: Condition<R>; signal?: AbortSignal }): Promise<void>;
  /**
   * Changes fields and returns the whole new row. Creates a missing row only when key and changes make a whole one by
   * its schema; otherwise the row must exist, so that no half row comes to be.
   *
   * @throws TwelvefoldError `CONDITION_FAILED` when `condition` does not hold or the row had to exist, `ROW_INVALID` when
   * a field in `set` does not fit (before sending) or the row that came out does not (it is written then). When an answer is
   * lost, an `add` or a condition that its own write would break is not tried again: the rejection leaves open whether it was
   * written. Use `transact`, which is safe to repeat.
   */
  update(key: Key, changes: Changes<R>, options?: { condition?: Condition<R>; signal?: AbortSignal }): Promise<R>;
  /** Deletes the row; a missing one is no error unless `condition: { exists: true }`. */
  delete(key: Key, options?: { condition?: Condition<R>; signal?: AbortSignal }): Promise<void>;
  /** Describes a put for a transaction; nothing is sent. */
  putOperation(row: R, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes an update for a transaction; nothing is sent. */
  updateOperation(key: Key, changes: Changes<R>, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes a delete for a transaction; nothing is sent. */
  deleteOperation(key: Key, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes a condition on a row that the transaction does not write; nothing is sent. */
  checkOperation(key: Key, condition: Condition<R>): WriteOperation;
  /**
   * All or nothing, 1 to 100 operations on as many rows.
   *
   * @throws TwelvefoldError `CONDITION_FAILED` naming the failed operations, `TRANSACTION_CONFLICT` when another
   * transaction holds a row for seconds.
   */
  transact(operations: readonly WriteOperation[], options?: { signal?: AbortSignal }): Promise<void>;
}
