import type { TransactWriteEntry } from '@twelvefold/aws/internal';
import type { Duration } from '@twelvefold/core';
import type { Condition, Filter, SortRange } from './condition.ts';

/** The key of a row: a string for a table with only a partition key, else an object of both. */
export type KeyOf<P extends string, K extends string> = [K] extends [never] ? string : { [F in P | K]: string };

/** The fields that a row may lack. */
type OptionalField<R> = { [F in keyof R]-?: Record<never, never> extends Pick<R, F> ? F : never }[keyof R] & string;

/** The changes of an update, field by field. Key fields cannot change. */
export interface Changes<R> {
  /** Fields to replace; those that are `undefined` stay as they are. */
  set?: { [F in keyof R]?: R[F] | undefined };
  /** Adds to a number; a missing field counts as 0. */
  add?: { [F in keyof R as R[F] extends number | undefined ? F : never]?: number };
  /** Optional fields to take away. */
  remove?: ReadonlyArray<OptionalField<R>>;
}

/**
 * A write that has been described but not sent: {@link TableClient.transact} and `idempotency.once`
 * join several into one transaction. It names its table, so operations of several tables can be
 * joined.
 */
export interface WriteOperation {
  readonly entry: TransactWriteEntry;
}

/** A part of the rows that a query or a scan reads. */
export interface Page<R> {
  readonly rows: readonly R[];
  /**
   * Pass it as `cursor` to go on behind the last row; `undefined` when there are no more rows. It
   * is base64url and has the key of a row in it, readable by anyone who has the cursor.
   */
  readonly cursor: string | undefined;
  /** Items that DynamoDB read, and bills, for this page, those that a filter refused included. */
  readonly scanned: number;
}

/** Rows that are read as they are asked for, from the beginning for each loop. */
export interface Rows<R> extends AsyncIterable<R> {
  /**
   * Reads once: up to `limit` rows, or without a limit one answer of DynamoDB (at most 1 MB).
   *
   * @example
   * ```ts
   * const { rows: found, cursor } = await rows.scan({ limit: 20 }).page();
   * ```
   */
  page(): Promise<Page<R>>;
  /**
   * One page per answer of DynamoDB, until no row is left or `limit` is reached. A page can be
   * empty.
   */
  pages(): AsyncIterable<Page<R>>;
}

/** The row type, or the chosen fields of it. */
export type Selected<R, F extends keyof R> = [F] extends [never] ? R : Pick<R, F>;

/** Options that queries and scans share. */
export interface ReadOptions<R, F extends keyof R = keyof R> {
  /** Conditions that rows must meet. DynamoDB reads, and bills, the others too. */
  filter?: Filter<R>;
  /** The fields to read. A schema's default is not applied to a field that a stored row lacks. */
  select?: ReadonlyArray<F & string>;
  /** Rows at most, from 1. @defaultValue no limit */
  limit?: number;
  /** Items that DynamoDB reads per call at most, from 1. @defaultValue 1 MB of items */
  pageSize?: number;
  /** The cursor of an earlier page of the same query or scan. */
  cursor?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface QueryOptions<R, F extends keyof R = keyof R> extends ReadOptions<R, F> {
  /** From the last sort key to the first. @defaultValue false */
  descending?: boolean;
}

export interface ScanOptions<R, F extends keyof R = keyof R> extends ReadOptions<R, F> {
  /** Sees every earlier write. @defaultValue false */
  consistent?: boolean;
  /**
   * Reads one part of the table, for scans in parallel: `{ segment: 0, segments: 4 }` to
   * `{ segment: 3, segments: 4 }`. A cursor belongs to its segment.
   */
  segment?: number;
  /** How many parts the table is read in, 1 to 1,000,000. */
  segments?: number;
}

/** The option `range`, where there is a sort key. */
export type Ranged<HasSort> = HasSort extends true ? { range?: SortRange } : { range?: never };
/**
 * The option `consistent`, where the index is local: global ones follow the table a moment later.
 */
export type Consistent<IsLocal> = IsLocal extends true ? { consistent?: boolean } : { consistent?: never };

/**
 * Reads rows by the key of a secondary index. Rows without the index's key fields are not in it.
 */
export interface TableIndex<R, HasSort = boolean, IsLocal = boolean> {
  /**
   * Rows of one partition of the index, in the order of its sort key.
   *
   * @throws TwelvefoldError `CURSOR_INVALID` for a cursor of another query, `ROW_INVALID` when a
   * stored row does not fit the schema.
   */
  query<F extends keyof R = never>(
    partition: string,
    options?: QueryOptions<R, F> & Ranged<HasSort> & Consistent<IsLocal>,
  ): Rows<Selected<R, F>>;
}

/**
 * Reads and writes rows of one table. A component has the methods of the accesses that its `uses`
 * names.
 */
export interface TableClient<R, Key> {
  /**
   * The row, or `undefined`. `consistent` sees every earlier write.
   *
   * @throws TwelvefoldError `ROW_INVALID` when what is stored does not fit the schema.
   */
  get<F extends keyof R = never>(
    key: Key,
    options?: { consistent?: boolean; select?: ReadonlyArray<F & string>; signal?: AbortSignal | undefined },
  ): Promise<Selected<R, F> | undefined>;
  /**
   * The rows of many keys, in the order of the keys, `undefined` for those that are not there. Keys
   * that DynamoDB throttles are read again until `timeout`, or the deadline of the invocation.
   *
   * @throws TwelvefoldError `BATCH_INCOMPLETE` when some were throttled until then, `ROW_INVALID`
   * when a stored row does not fit the schema.
   */
  getMany<F extends keyof R = never>(
    keys: readonly Key[],
    options?: {
      consistent?: boolean;
      select?: ReadonlyArray<F & string>;
      /** @defaultValue '10s' */
      timeout?: Duration;
      signal?: AbortSignal | undefined;
    },
  ): Promise<Array<Selected<R, F> | undefined>>;
  /**
   * Rows of one partition in the order of their sort keys.
   *
   * @throws TwelvefoldError `CURSOR_INVALID` for a cursor of another query, `ROW_INVALID` when a
   * stored row does not fit the schema.
   */
  query<F extends keyof R = never>(
    partition: string,
    options?: QueryOptions<R, F> & Ranged<[Key] extends [string] ? false : true> & { consistent?: boolean },
  ): Rows<Selected<R, F>>;
  /**
   * Every row, in no order: for admin tasks, not for requests.
   *
   * @throws TwelvefoldError `CURSOR_INVALID` for a cursor of another scan, `ROW_INVALID` when a
   * stored row does not fit the schema.
   */
  scan<F extends keyof R = never>(options?: ScanOptions<R, F>): Rows<Selected<R, F>>;
  /**
   * Writes the whole row as its schema returns it; fields that are `undefined` are left out.
   *
   * @throws TwelvefoldError `CONDITION_FAILED` when `condition` does not hold, `ROW_INVALID` when
   * the row does not fit the schema.
   */
  put(row: R, options?: { condition?: Condition<R>; signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Changes fields and returns the whole new row. Creates a missing row only when key and changes
   * make a whole one by its schema; otherwise the row must exist, so that no half row comes to be.
   *
   * @throws TwelvefoldError `CONDITION_FAILED` when `condition` does not hold or the row had to
   * exist, `ROW_INVALID` when a field in `set` does not fit (before sending) or the row that came
   * out does not (it is written then). When an answer is lost, an `add` or a condition that its own
   * write would break is not tried again: the rejection leaves open whether it was written. Use
   * `transact`, which is safe to repeat.
   */
  update(
    key: Key,
    changes: Changes<R>,
    options?: { condition?: Condition<R>; signal?: AbortSignal | undefined },
  ): Promise<R>;
  /** Deletes the row; a missing one is not an error unless `condition: { exists: true }`. */
  delete(key: Key, options?: { condition?: Condition<R>; signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Puts and deletes many rows, each by itself and in no order, without conditions. What DynamoDB
   * throttles is written again until `timeout`, or the deadline of the invocation.
   *
   * @throws TwelvefoldError `ROW_INVALID` when a row does not fit (nothing is written then),
   * `BATCH_INCOMPLETE` when some were throttled until the time was over: the others are written.
   */
  writeMany(
    changes: { put?: readonly R[]; delete?: readonly Key[] },
    options?: {
      /** @defaultValue '10s' */
      timeout?: Duration;
      signal?: AbortSignal | undefined;
    },
  ): Promise<void>;
  /** Describes a put for a transaction; nothing is sent. */
  putOperation(row: R, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes an update for a transaction; nothing is sent. */
  updateOperation(key: Key, changes: Changes<R>, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes a delete for a transaction; nothing is sent. */
  deleteOperation(key: Key, options?: { condition?: Condition<R> }): WriteOperation;
  /** Describes a condition on a row that the transaction does not write; nothing is sent. */
  checkOperation(key: Key, condition: Condition<R>): WriteOperation;
  /**
   * All or nothing, 1 to 100 operations on as many rows, of one table or several.
   *
   * A call is done once, however often it is sent within its tries. With a `token` the same holds
   * for calls that the caller repeats: DynamoDB does a transaction once per token within ten
   * minutes, and refuses other operations under it (AwsError
   * `IdempotentParameterMismatchException`).
   *
   * @throws TwelvefoldError `CONDITION_FAILED` naming the failed operations, `TRANSACTION_CONFLICT`
   * when another transaction holds a row for seconds.
   */
  transact(
    operations: readonly WriteOperation[],
    options?: {
      /** 1 to 36 characters. @defaultValue a random one for each call */
      token?: string;
      signal?: AbortSignal | undefined;
    },
  ): Promise<void>;
}
