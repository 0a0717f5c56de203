import type { TransactWriteEntry } from '@twelvefold/aws';

/** Conditions on a write: field equals value; `exists: false` for "no such row". */
export interface Condition<R> {
  /** `true`: the row must exist; `false`: it must not. */
  exists?: boolean;
  /** Fields that must have exactly these values. */
  equals?: Partial<R>;
}

/** What an update does, field by field. */
export interface Changes<R> {
  set?: Partial<R>;
  /** Adds to a number; a missing field counts as 0. */
  add?: { [F in keyof R as R[F] extends number | undefined ? F : never]?: number };
  remove?: ReadonlyArray<keyof R & string>;
}

/** A write that has been described but not sent: what {@link TableWriter.transact} and `idempotency.once` join into one transaction. */
export interface WriteOperation {
  readonly entry: TransactWriteEntry;
}

export interface TableReader<R, Key> {
  /** The row, or `undefined`. `consistent` sees every earlier write. */
  get(key: Key, options?: { consistent?: boolean; signal?: AbortSignal }): Promise<R | undefined>;
  /** Rows of one partition in key order, page by page underneath. */
  query(
    partition: string,
    options?: { descending?: boolean; limit?: number; consistent?: boolean; signal?: AbortSignal },
  ): AsyncIterable<R>;
  /** Every row, page by page underneath: for admin tasks, not for requests. */
  scan(options?: { signal?: AbortSignal }): AsyncIterable<R>;
}

export interface TableWriter<R, Key> {
  /** @throws TwelvefoldError `CONDITION_FAILED` when `condition` does not hold, `ROW_INVALID` when the row does not fit the schema. */
  put(row: R, options?: { condition?: Condition<R>; signal?: AbortSignal }): Promise<void>;
  /** Changes fields and returns the whole new row. Creates the row unless `condition: { exists: true }`. */
  update(key: Key, changes: Changes<R>, options?: { condition?: Condition<R>; signal?: AbortSignal }): Promise<R>;
  delete(key: Key, options?: { condition?: Condition<R>; signal?: AbortSignal }): Promise<void>;
  /** Describes a put for a transaction; nothing is sent. */
  putOperation(row: R, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes an update for a transaction; nothing is sent. */
  updateOperation(key: Key, changes: Changes<R>, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes a delete for a transaction; nothing is sent. */
  deleteOperation(key: Key, options?: { condition?: Condition<R> }): WriteOperation;
  /** All or nothing, 1 to 100 operations. @throws TwelvefoldError `CONDITION_FAILED` naming the failed entries. */
  transact(operations: readonly WriteOperation[], options?: { signal?: AbortSignal }): Promise<void>;
}
