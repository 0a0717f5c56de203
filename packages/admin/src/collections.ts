import type { Collection, CollectionRecord, Json, ReadOptions } from './collection.ts';

/** A page as a table's `scan` and `query` give it. */
interface RowsPage<R> {
  readonly rows: readonly R[];
  readonly cursor: string | undefined;
  readonly scanned: number;
}

interface RowsPages<R> {
  pages(): AsyncIterable<RowsPage<R>>;
}

interface PageOptions {
  readonly cursor?: string | undefined;
  readonly pageSize?: number;
  readonly signal?: AbortSignal | undefined;
}

interface ScanPageOptions extends PageOptions {
  readonly segment?: number;
  readonly segments?: number;
}

export interface RowsCollectionOptions<R> {
  /**
   * The key of a row, e.g. `(row) => row.orderId`: finds the place in a page that was read
   * before.
   */
  readonly key: (row: R) => Json;
  /** The row of today, for a retry of a failed one. @defaultValue the row as it failed */
  readonly reload?: (row: R) => Promise<R | undefined>;
  /**
   * Items per call, from 1: a page is repeated when its last row in work was deleted.
   * @defaultValue 100
   */
  readonly pageSize?: number;
  /**
   * The number of rows, for progress and confirmations. @defaultValue not counted: DynamoDB would
   * read them all
   */
  readonly count?: () => Promise<number | undefined>;
}

/** A place in a table: the page, and the key of the last row in it that is done. */
interface RowPosition {
  readonly cursor?: string;
  readonly key?: Json;
}

/**
 * Every row of a table, by scan, in as many segments as the task has.
 *
 * @param scan - the table's `scan` with options of the caller, e.g. a filter
 * @example
 * ```ts
 * const rows = scanCollection((page) => orderTable.scan({ ...page, filter }), { key: ({ orderId
 * }) => orderId });
 * ```
 */
export function scanCollection<R>(
  scan: (page: ScanPageOptions) => RowsPages<R>,
  options: RowsCollectionOptions<R>,
): Collection<R> {
  return rowsCollection(
    (page, { segment = 0, segments = 1 }) => scan(segments === 1 ? page : { ...page, segment, segments }),
    options,
  );
}

/**
 * The rows of one partition of a table or an index, in the order of the sort key.
 *
 * @param query - the table's `query` of a partition
 * @example
 * ```ts
 * const rows = queryCollection((page) => orderTable.query('ada', page), {
 *   key: ({ orderId }) => orderId,
 * });
 * ```
 */
export function queryCollection<R>(
  query: (page: PageOptions) => RowsPages<R>,
  options: RowsCollectionOptions<R>,
): Collection<R> {
  return rowsCollection(query, options);
}

function rowsCollection<R>(
  read: (page: PageOptions, options: ReadOptions) => RowsPages<R>,
  { key, reload, pageSize = 100, count }: RowsCollectionOptions<R>,
): Collection<R> {
  return {
    ...(count && { count }),
    ...(reload && { reload }),
    async *read(options) {
      const { cursor: begin, key: done } = (options.after ?? {}) as RowPosition; // as it is written below
      let cursor = begin;
      let skip = done === undefined ? undefined : JSON.stringify(done);
      /** Items that a filter refused, counted with the next row. */
      let refused = 0;
      for await (const page of read({ cursor, pageSize, signal: options.signal }, options).pages()) {
        refused += page.scanned - page.rows.length;
        const rows = skip === undefined ? page.rows : behind(page.rows, key, skip);
        skip = undefined;
        for (const [index, value] of rows.entries()) {
          const isLast = index === rows.length - 1 && page.cursor !== undefined;
          const position: Json = isLast
            ? { cursor: page.cursor }
            : { ...(cursor !== undefined && { cursor }), key: key(value) };
          yield { value, position, scanned: 1 + refused };
          refused = 0;
        }
        cursor = page.cursor;
      }
    },
  };
}

/**
 * The rows behind the one with this key. All of them when it is gone: a row twice is better than
 * none.
 */
function behind<R>(rows: readonly R[], key: (row: R) => Json, done: string): readonly R[] {
  const index = rows.findIndex((row) => JSON.stringify(key(row)) === done);
  return rows.slice(index + 1);
}

export interface KeysetOptions<R, K extends Json> {
  /** The columns of the order, e.g. `(row) => row.id`. They are unique together. */
  readonly key: (row: R) => K;
  /**
   * At most `limit` rows behind the key `after`, in its order: `where id > $1 order by id limit
   * $2`.
   */
  readonly read: (
    after: K | undefined,
    options: {
      readonly limit: number;
      readonly signal?: AbortSignal;
      readonly segment: number;
      readonly segments: number;
    },
  ) => Promise<readonly R[]>;
  /** Rows per query. @defaultValue 500 */
  readonly limit?: number;
  readonly count?: () => Promise<number | undefined>;
  readonly reload?: (row: R) => Promise<R | undefined>;
}

/**
 * Rows of SQL by keyset: each page begins behind the key of the last row, so that rows which come
 * and
 * go do not move the others, as an offset would.
 *
 * @example
 * ```ts
 * const users = keysetCollection({
 *   key: (user: { id: number }) => user.id,
 *   read: (after, { limit }) => usersAfter(after ?? 0, limit),
 * });
 * ```
 */
export function keysetCollection<R, K extends Json>(options: KeysetOptions<R, K>): Collection<R> {
  const { key, read, limit = 500, count, reload } = options;
  return {
    ...(count && { count }),
    ...(reload && { reload }),
    async *read({ after, signal, segment = 0, segments = 1 }) {
      let last = after as K | undefined; // a key that was yielded below
      for (;;) {
        signal?.throwIfAborted();
        const rows = await read(last, { limit, ...(signal && { signal }), segment, segments });
        for (const value of rows) yield { value, position: key(value) };
        const end = rows.at(-1);
        if (end === undefined || rows.length < limit) return;
        last = key(end);
      }
    },
  };
}

/**
 * Messages of a queue, until it gives none twice in a row. The queue itself is the position: the
 * task
 * deletes a message when it is done with it, and one that was not comes again.
 *
 * @example
 * ```ts
 * const letters = queueCollection(() => receiveSome(), { id: (message) => message.messageId });
 * ```
 */
export function queueCollection<M>(
  receive: (options: { readonly signal?: AbortSignal }) => Promise<readonly M[]>,
  options: { readonly id: (message: M) => string; readonly count?: () => Promise<number | undefined> },
): Collection<M> {
  const { id, count } = options;
  return {
    ...(count && { count }),
    async *read({ signal }): AsyncIterable<CollectionRecord<M>> {
      for (let empty = 0; empty < 2; ) {
        signal?.throwIfAborted();
        const messages = await receive({ ...(signal && { signal }) });
        empty = messages.length === 0 ? empty + 1 : 0;
        for (const value of messages) yield { value, position: id(value) };
      }
    },
  };
}
