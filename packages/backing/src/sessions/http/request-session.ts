import type { CallOptions, Session, SessionClient, SessionEnd, SessionResult } from '../port.ts';

/**
 * The client of a store as a component has it: with `touch`, and the methods of its other
 * accesses.
 */
export type WebClient<T> = Pick<SessionClient<T>, 'touch'> & Partial<SessionClient<T>>;

/** The least that a request needs: a client with the access `touch`. */
export type ReadableClient = Pick<SessionClient<unknown>, 'touch'>;

/** The type of the data of a client's sessions. */
export type DataOf<C> = C extends { touch(id: string, options?: CallOptions): Promise<SessionResult<infer T>> }
  ? T
  : never;

/** Why a request has no session: the store's reasons, and those of its cookie. */
export type RequestEnd =
  | SessionEnd
  /** Two cookies of the name. */
  | { readonly reason: 'duplicate'; readonly atMs?: undefined; readonly note?: undefined }
  /** A signature that none of the keys made. */
  | { readonly reason: 'forged'; readonly atMs?: undefined; readonly note?: undefined };

/** The methods that a request's session may have. They act on its id and set its cookie. */
interface Actions<T> {
  /**
   * Starts a session for a visitor. @throws TypeError if the request has one: use `logIn` or
   * `regenerate`.
   */
  create: (data: T) => Promise<Session<T>>;
  /** Moves the session to a new id, with another user if `userId` is given. */
  regenerate: (options?: Parameters<SessionClient<T>['regenerate']>[1]) => Promise<SessionResult<T>>;
  /** Moves the session of the same user to a new id. */
  rotate: () => Promise<SessionResult<T>>;
  /** Changes the data by a function that runs again on a conflict. */
  update: (change: Parameters<SessionClient<T>['update']>[1]) => Promise<SessionResult<T>>;
  /** Stores the data. Keeps changes that others made to other fields. */
  save: (data: T) => Promise<SessionResult<T>>;
  /** Ends the session and removes the cookie. */
  end: (note?: string) => Promise<void>;
  /** Ends the other sessions of the user. */
  endOthers: (note?: string) => Promise<void>;
}

/** The session of one request, with the methods that the client has. */
export type RequestSession<C> = RequestState<DataOf<C>> &
  Pick<Actions<DataOf<C>>, keyof C & keyof Actions<DataOf<C>>> &
  ('create' | 'regenerate' extends keyof C ? LogIn<DataOf<C>> : unknown);

interface LogIn<T> {
  /**
   * Begins the session of a user under a new id. A session that the request had, of a visitor or of
   * another user, ends.
   */
  logIn(userId: string, data: T): Promise<Session<T>>;
}

/** The state of a request's session. */
export interface RequestState<T> {
  /** The live session, as of the last change. */
  readonly session: Session<T> | undefined;
  /** Why a request with a cookie has no session. `undefined` without a cookie. */
  readonly ended: RequestEnd | undefined;
  /** The CSRF token of the session, for the pages of the site. A move to another id changes it. */
  readonly csrfToken: string | undefined;
  /** Whether a token, e.g. of a form's field, is that of the session. */
  isCsrfToken(token: string | null | undefined): boolean;
}

/** All methods of a request's session. Those that the client does not have throw. */
export type AnyRequestSession<T> = RequestState<T> & Actions<T> & LogIn<T>;
