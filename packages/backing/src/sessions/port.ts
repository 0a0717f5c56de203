/** A live session. `id` is the secret that a cookie carries; the store itself keeps only a hash of it. */
export interface Session<T> {
  readonly id: string;
  readonly data: T;
  readonly createdAtMs: number;
  /** When it ends unless it is touched: the earlier of idle and absolute expiry. */
  readonly expiresAtMs: number;
}

/**
 * Reads and changes sessions. A component has the methods of the accesses that its `uses` names.
 *
 * A session whose stored data no longer fits the schema counts as ended, here and wherever a session is returned: after
 * an incompatible release its users log in again instead of getting errors. It is not deleted, so a release that is
 * taken back finds it again; drivers report it through `onUnreadable`.
 *
 * Data is kept as JSON and checked as it will be read again. Methods that take data reject with TwelvefoldError `SESSION_INVALID` when it does not fit the schema, before and after
 * JSON, and `SESSION_TOO_LARGE` when the store could not hold it; nothing is sent then.
 */
export interface SessionClient<T> {
  /** The session, or `undefined` when it is unknown, destroyed or expired. Reads consistently. */
  load(id: string, options?: { signal?: AbortSignal }): Promise<Session<T> | undefined>;
  /** Starts a session under a new random id (256 bits). */
  create(data: T, options?: { signal?: AbortSignal }): Promise<Session<T>>;
  /** Replaces the data and extends the idle time. `undefined` when the session no longer exists: it is never recreated. */
  save(id: string, data: T, options?: { signal?: AbortSignal }): Promise<Session<T> | undefined>;
  /** Extends the idle time and returns the session, in one call. `undefined` when it no longer exists. */
  touch(id: string, options?: { signal?: AbortSignal }): Promise<Session<T> | undefined>;
  /** Ends the session. Ending an unknown one is no error. */
  destroy(id: string, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Moves the session to a new id in one transaction (after login or a change of privilege); the old id is dead. It keeps
   * its beginning, so the absolute limit holds, and its data unless new `data` is given. Of calls that overlap, one moves it;
   * the others get `undefined`.
   */
  regenerate(id: string, data?: T, options?: { signal?: AbortSignal }): Promise<Session<T> | undefined>;
}
