/** A stored record. The driver does not look into `value`. */
export interface StoredRecord {
  readonly value: string;
  /** The version that the last write gave it. */
  readonly version: string;
}

/** Replaces one record, or creates it. */
export interface RecordChange {
  /** 1 to 128 ASCII characters. */
  readonly key: string;
  /**
   * The version that the stored record must have. `undefined`: no record is stored under the key.
   */
  readonly expected: string | undefined;
  /** The version of the new record: up to 16 random ASCII characters. */
  readonly version: string;
  readonly value: string;
  /**
   * From this time on the driver may delete the record, in milliseconds. `undefined`: it never
   * does.
   */
  readonly expiresAtMs: number | undefined;
}

/**
 * Keeps the records of a session store. A driver is a key-value store with versions and two
 * operations; everything that is about sessions happens above it.
 *
 * `sessionDriverCases` of `@twelvefold/backing/testing` tests an implementation.
 */
export interface SessionDriver {
  /** Names the store in error messages, e.g. `DynamoDB`. */
  readonly name: string;
  /** The most UTF-8 bytes of a record's value. */
  readonly maxValueBytes: number;
  /**
   * Reads up to 100 records at once, each with the effect of all writes that were acknowledged
   * before. Missing ones are absent from the answer. An expired record may be absent or present.
   *
   * Rejects if one of the records cannot be read now: an absent epoch would let an ended session
   * live.
   */
  read(
    keys: readonly string[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<ReadonlyMap<string, StoredRecord>>;
  /**
   * Writes all changes (1 to 100, of different keys), or none: `conflict` if a record does not have
   * the expected version.
   *
   * May reject although the write happened, e.g. when the answer was lost: the caller reads again.
   * So an implementation repeats a write by itself only if the repeat cannot answer `conflict`
   * because of the first one.
   */
  write(
    changes: readonly RecordChange[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<'written' | 'conflict'>;
  /** Reads every record. Only the adapters' `all`, `length` and `clear` need it. */
  scan?(options?: { signal?: AbortSignal | undefined }): AsyncIterable<StoredRecord & { readonly key: string }>;
}
