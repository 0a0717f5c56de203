import type { EndReason } from './records.ts';

/** A live session. */
export interface Session<T> {
  /** The secret that a cookie carries. The store keeps a hash of it. */
  readonly id: string;
  readonly data: T;
  /** The principal: who is logged in. Absent for a visitor. */
  readonly userId: string | undefined;
  /** When it began, or when its user last logged in by `regenerate`. */
  readonly createdAtMs: number;
  /** Since when it has its present id. */
  readonly movedAtMs: number;
  /** When it ends without a further request: the earlier of the idle and the absolute limit. */
  readonly expiresAtMs: number;
  /** True for an id from before a rotation: the state of that time, which cannot be changed. */
  readonly isReadOnly: boolean;
}

/** Why there is no session. */
export interface SessionEnd {
  readonly reason: EndReason;
  /** When it ended, if known. */
  readonly atMs?: number;
  /** The text that the caller of `end`, `endUser` or another method gave. */
  readonly note?: string;
}

/** A session, or why there is none. */
export type SessionResult<T> =
  | { readonly session: Session<T>; readonly ended?: undefined }
  | { readonly session?: undefined; readonly ended: SessionEnd };

/** A session as lists show it: without its id, which only its cookie has. */
export interface SessionSummary<T> {
  /** Names the session for `inspect` and `endListed`. Gives no access to it. */
  readonly handle: string;
  readonly data: T;
  readonly userId: string | undefined;
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  readonly expiresAtMs: number;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface CreateOptions extends CallOptions {
  /** The principal, 1 to 1,024 bytes. @defaultValue none: a visitor */
  userId?: string | undefined;
}

export interface RegenerateOptions<T> extends CreateOptions {
  /**
   * New data, or a function that makes it of a copy of the present data.
   * @defaultValue the present data
   */
  data?: T | ((draft: T) => T | undefined) | undefined;
}

export interface EndOptions extends CallOptions {
  /** Kept beside the reason, for people: 1 to 200 characters. */
  note?: string | undefined;
}

/**
 * Reads and changes sessions. A component has the methods of the accesses that its `uses` names.
 *
 * Data is kept as JSON, and checked by the schema before it is written and after it is read. A
 * session whose data does not fit the schema of this release counts as ended (`unreadable`); it is
 * not deleted, so it is there again when the release is taken back. Methods that take data reject
 * with TwelvefoldError `SESSION_INVALID` if it does not fit, and `SESSION_TOO_LARGE` if the store
 * cannot hold it. All methods reject with `SESSION_UNAVAILABLE` or AwsError if the store cannot be
 * read: there is no answer then, and the request gets 503.
 */
export interface SessionClient<T> {
  /** Reads a session and leaves its end as it is. */
  load(id: string, options?: CallOptions): Promise<SessionResult<T>>;
  /**
   * Reads a session for a request and moves its idle end on. Writes only after a quarter of `idle`
   * has passed since the last write, so a session ends after 0.75 to 1.0 of `idle` without a
   * request.
   */
  touch(id: string, options?: CallOptions): Promise<SessionResult<T>>;
  /**
   * Starts a session under a new random id (256 bits).
   *
   * @throws TwelvefoldError `SESSION_LIMIT` if the user has `maxPerUser` sessions and the store
   * refuses more.
   */
  create(data: T, options?: CreateOptions): Promise<Session<T>>;
  /**
   * Stores the data of a session that this client returned. If the stored data has changed since,
   * both changes are kept where they concern different top-level fields.
   *
   * @throws TwelvefoldError `SESSION_CONFLICT` if both sides changed the same field, even to an
   * equal value: use `update` then. `SESSION_INVALID` if the merged whole does not fit the schema.
   * @throws TypeError for a session that this client did not return.
   */
  save(session: Session<T>, data: T, options?: CallOptions): Promise<SessionResult<T>>;
  /**
   * Changes the data by a function, which gets a copy and changes it or returns another. The
   * function runs again when another request has changed the session meanwhile, so it must have no
   * other effects. `retries` counts those runs.
   */
  update(
    id: string,
    change: (draft: T) => T | undefined | Promise<T | undefined>,
    options?: CallOptions,
  ): Promise<SessionResult<T> & { readonly retries: number }>;
  /**
   * Moves the session to a new id: on log-in, and on any change of privilege. The old id ends at
   * once. With `userId` it is a log-in: the absolute limit starts again. Of calls that overlap one
   * moves the session; the others get `ended`.
   *
   * @throws TwelvefoldError `SESSION_LIMIT` as `create` does.
   */
  regenerate(id: string, options?: RegenerateOptions<T>): Promise<SessionResult<T>>;
  /**
   * Moves the session of the same user to a new id. For `grace` the old id still reads the state
   * from before, for requests that are on their way; it never leads to the new id. Of calls that
   * overlap, one moves the session; the others get the read-only one.
   */
  rotate(id: string, options?: CallOptions): Promise<SessionResult<T>>;
  /**
   * Ends the session. Follows every `regenerate` and `rotate` that is still remembered, so a
   * log-out beside one ends the moved session. Ending an unknown session has no effect.
   */
  end(id: string, options?: EndOptions): Promise<void>;
  /**
   * Ends all other sessions of the session's user, at once. Has no effect for a visitor's session.
   */
  endOthers(id: string, options?: EndOptions): Promise<SessionResult<T>>;
  /** Ends all sessions of a user, at once, those included that begin while it runs. */
  endUser(userId: string, options?: EndOptions): Promise<void>;
  /** Ends all sessions of the store, at once. */
  endEveryone(options?: EndOptions): Promise<void>;
  /** The live sessions of a user, the newest first. */
  list(userId: string, options?: CallOptions): Promise<Array<SessionSummary<T>>>;
  /** A session of a list by its handle, or why it has ended. */
  inspect(
    handle: string,
    options?: CallOptions,
  ): Promise<{ readonly session: SessionSummary<T> } | { readonly session?: undefined; readonly ended: SessionEnd }>;
  /** Ends a session of the user's list. Has no effect if the session is not the user's. */
  endListed(userId: string, handle: string, options?: EndOptions): Promise<void>;
}

/** Something that a store reports while it works. */
export type SessionEvent =
  /**
   * An id from before a rotation came back after `grace`: it may have been stolen. `ended` is
   * true if the session was ended.
   */
  | { readonly type: 'reused'; readonly handle: string; readonly userId: string | undefined; readonly ended: boolean }
  /** A live session counts as ended because its data does not fit the schema. Names fields only. */
  | { readonly type: 'unreadable'; readonly message: string }
  /** An `update` ran its function again this often. */
  | { readonly type: 'retried'; readonly retries: number };
