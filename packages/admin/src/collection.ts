/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** One record of a collection, and the place to go on from once it is done. */
export interface CollectionRecord<T> {
  readonly value: T;
  /** Resumes behind this record: `read({ after: position })` begins with the next one. */
  readonly position: Json;
  /** Records looked at to find this one, itself included, e.g. before a filter. @defaultValue 1 */
  readonly scanned?: number;
}

export interface ReadOptions {
  /** Begins behind the record with this position. @defaultValue at the beginning */
  readonly after?: Json | undefined;
  /** Which of `segments` parts to read, from 0. @defaultValue 0 */
  readonly segment?: number;
  /** The number of parts. It stays the same for the whole run. @defaultValue 1 */
  readonly segments?: number;
  readonly signal?: AbortSignal;
}

/**
 * The records that a task works on: any async iterable with a position to resume from.
 *
 * A position is JSON, and the order of records is the same each time. Records that were added
 * behind a position are found; a record that was removed is not missed by the others.
 */
export interface Collection<T> {
  read(options: ReadOptions): AsyncIterable<CollectionRecord<T>>;
  /** The number of records, as well as it can be known, for progress and confirmations. */
  count?(options: { readonly signal?: AbortSignal }): Promise<number | undefined>;
  /**
   * The record of today, for a retry of a failed one; `undefined` when it is gone. @defaultValue
   * the record as it failed
   */
  reload?(value: T, options: { readonly signal?: AbortSignal }): Promise<T | undefined>;
}

/** A page of a collection that is read page by page. */
export interface CollectionPage<T> {
  readonly records: ReadonlyArray<CollectionRecord<T>>;
  /** Where the next page begins; absent on the last one. */
  readonly next?: Json | undefined;
}

/**
 * A collection that is read page by page, such as the listing of a web API. `readPage` begins
 * behind
 * `after`, which is a record's position or a page's `next`.
 *
 * @example
 * ```ts
 * const users = pagedCollection(async ({ after }) => {
 *   const { items, cursor } = await listUsers(after);
 *   return { records: items.map((value) => ({ value, position: value.id })), next: cursor };
 * });
 * ```
 */
export function pagedCollection<T>(
  readPage: (options: ReadOptions) => Promise<CollectionPage<T>>,
  more: Pick<Collection<T>, 'count' | 'reload'> = {},
): Collection<T> {
  return {
    ...more,
    async *read(options) {
      let after = options.after;
      for (;;) {
        options.signal?.throwIfAborted();
        const { records, next } = await readPage({ ...options, after });
        yield* records;
        if (next === undefined) return;
        after = next;
      }
    },
  };
}

/**
 * A list in memory as a collection. Its position is an index, so the list must be the same at each
 * start. Segments are interleaved.
 */
export function listCollection<T>(list: readonly T[]): Collection<T> {
  return {
    count: async () => list.length,
    async *read({ after, segment = 0, segments = 1 }) {
      const from = typeof after === 'number' ? after + segments : segment;
      for (let index = from; index < list.length; index += segments) {
        yield { value: list[index] as T, position: index }; // the loop's condition
      }
    },
  };
}

/** Whether a value has the methods of a collection. */
export function isCollection(value: unknown): value is Collection<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'read') === 'function';
}
