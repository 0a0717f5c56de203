/** A store for express-session. @module */
import type { Callback } from './callback.ts';
import { callBack } from './callback.ts';
import type { ForeignSession, ForeignStoreOptions } from './foreign-sessions.ts';
import { createForeignSessions } from './foreign-sessions.ts';

/** A request as express-session passes it to `regenerate`. */
interface ExpressRequest {
  sessionID: string;
  session?: unknown;
}

/** The used part of `session.Store`. */
interface BaseStore {
  generate(request: ExpressRequest): void;
  listenerCount(event: string): number;
  emit(event: string, ...args: unknown[]): boolean;
}

/** `session.Store` of express-session: a constructor function without parameters. */
type StoreClass<S> = abstract new (...args: never[]) => S;

/** @inline */
interface ExpressStoreOptions<S> extends ForeignStoreOptions {
  /** `session.Store` of express-session 1.17 or later. */
  Store: StoreClass<S>;
}

/**
 * Creates a store for express-session. Use it with `resave: false` and `saveUninitialized: false`.
 *
 * Ids are hashed. A request that only moves the expiry on writes after a quarter of the cookie's
 * `maxAge`. Changes of different top-level fields by requests at once are all kept; of one field
 * the
 * last write stays. No write brings back a session that has ended, and `regenerate` is one
 * transaction.
 *
 * @throws TypeError that names every fault of the options.
 * @example
 * ```ts
 * import session from 'express-session';
 *
 * const driver = dynamoDbSessionDriver({ name: 'orders-prod-sessions', aws });
 * const store = createExpressStore({ Store: session.Store, driver });
 * const middleware = session({ store, secret: 'a secret of 32 bytes from config', resave: false,
 * saveUninitialized: false });
 * ```
 */
export function createExpressStore<S>({ Store, ...options }: ExpressStoreOptions<S>): S {
  if (typeof Store !== 'function') {
    throw new TypeError('Cannot create the store of express-session: pass Store: session.Store');
  }
  const sessions = createForeignSessions('express-session', options);
  const Base = Store as unknown as new () => BaseStore; // express-session's own, in the types that are used

  class TwelvefoldStore extends Base {
    get = (sid: string, callback: Callback<ForeignSession | null>) =>
      this.#callBack(
        sessions.get(sid).then((session) => session ?? null),
        callback,
      );
    set = (sid: string, session: ForeignSession, callback?: Callback) =>
      this.#callBack(sessions.set(sid, session), callback);
    touch = (sid: string, session: ForeignSession, callback?: Callback) =>
      this.#callBack(sessions.touch(sid, session), callback);
    destroy = (sid: string, callback?: Callback) => this.#callBack(sessions.destroy(sid), callback);

    /**
     * Ends the old session and starts the new one together: express-session's own does it in two
     * steps.
     */
    regenerate = (request: ExpressRequest, callback: Callback) => {
      const old = { sessionID: request.sessionID, session: request.session };
      this.generate(request);
      const moved = sessions.regenerate(old.sessionID, request.sessionID, request.session as ForeignSession); // as generate made it
      this.#callBack(
        moved.catch((error: unknown) => {
          Object.assign(request, old);
          throw error;
        }),
        callback,
      );
    };

    #callBack<V>(work: Promise<V>, callback: Callback<V>): void {
      callBack(work, callback, (error) => {
        if (this.listenerCount('error') > 0) this.emit('error', error);
      });
    }
  }
  if (options.scan !== true) return new TwelvefoldStore() as S; // it extends the class that was given

  class ScanningStore extends TwelvefoldStore {
    all = (callback: Callback<ForeignSession[]>) =>
      callBack(
        sessions.all().then((all) => all.map(({ session }) => session)),
        callback,
        () => undefined,
      );
    length = (callback: Callback<number>) =>
      callBack(
        sessions.all().then((all) => all.length),
        callback,
        () => undefined,
      );
    clear = (callback?: Callback) => callBack(sessions.clear(), callback, () => undefined);
  }
  return new ScanningStore() as S; // as above
}
