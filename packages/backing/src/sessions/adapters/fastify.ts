/** A store for @fastify/session. @module */
import { EventEmitter } from 'node:events';
import type { Callback } from './callback.ts';
import { callBack } from './callback.ts';
import type { ForeignSession, ForeignStoreOptions } from './foreign-sessions.ts';
import { createForeignSessions } from './foreign-sessions.ts';

/** A store as @fastify/session 11 takes it. */
export interface FastifyStore extends EventEmitter {
  // biome-ignore lint/suspicious/noExplicitAny: each app declares the fields of its sessions
  get(sid: string, callback: (error: any, session?: any) => void): void;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  set(sid: string, session: any, callback?: (error?: any) => void): void;
  // biome-ignore lint/suspicious/noExplicitAny: the library's own type
  destroy(sid: string, callback?: (error?: any) => void): void;
  /** Only with `scan: true`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  all?(callback: (error: any, sessions?: any[]) => void): void;
  /** Only with `scan: true`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  length?(callback: (error: any, length?: number) => void): void;
  /** Only with `scan: true`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  clear?(callback?: (error?: any) => void): void;
}

/** A session as the library makes it. */
type LibrarySession = ForeignSession & { readonly sessionId: string };

/** The method of the library's class. */
interface LibraryClass {
  regenerate(this: LibrarySession, keys: readonly string[] | undefined, callback: (error?: unknown) => void): void;
}

/** A call of `regenerate`, from its start until the library sets the new session. */
interface Move {
  readonly from: string;
  readonly failed: (error: unknown) => void;
}

/**
 * Creates a store for @fastify/session 11. It works with the default `rolling: true`: a request
 * that only moves the expiry on writes after a quarter of the cookie's `maxAge`.
 *
 * `request.session.regenerate()` is one transaction. The library destroys the old session, then
 * sets the new one, so a session that this store reads has another `regenerate`, which joins both.
 * If it fails, the request keeps its session.
 *
 * @throws TypeError that names every fault of the options.
 * @example
 * ```ts
 * const driver = dynamoDbSessionDriver({ name: 'orders-prod-sessions', aws });
 * const store = createFastifyStore({
 *   driver,
 *   userOf: ({ userId }) => (typeof userId === 'string' ? userId : undefined),
 * });
 * ```
 */
export function createFastifyStore(options: ForeignStoreOptions): FastifyStore {
  const sessions = createForeignSessions('@fastify/session', options);
  const store = new EventEmitter();
  const answer = <V>(work: Promise<V>, callback: Callback<V>) =>
    callBack(work, callback, (error) => {
      if (store.listenerCount('error') > 0) store.emit('error', error);
    });

  // Set only while the library's `regenerate` runs: up to version 11.1.3 it calls `set` in the same
  // turn, as soon as `destroy` has called back. So requests at once cannot mix their moves.
  let move: Move | undefined;
  function regenerate(this: LibrarySession, first?: readonly string[] | Callback, second?: Callback) {
    const [keys, callback] = typeof first === 'function' ? [undefined, first] : [first, second];
    const moved = new Promise<void>((resolve, reject) => {
      const library = Object.getPrototypeOf(this) as LibraryClass; // the library's class has made it
      move = { from: this.sessionId, failed: reject };
      try {
        library.regenerate.call(this, keys, () => resolve());
        if (move !== undefined) {
          throw new TypeError(
            'Cannot regenerate a session: @fastify/session has not set the new one, as version 11 does',
          );
        }
      } finally {
        move = undefined;
      }
    });
    return callback === undefined ? moved : answer(moved, callback);
  }
  const methods = {
    get: (sid: string, callback: Callback<ForeignSession | undefined>) =>
      answer(
        // The library copies what it gets onto the request's session.
        sessions.get(sid).then((session) => session && Object.assign(session, { regenerate })),
        callback,
      ),
    set: (sid: string, session: ForeignSession, callback?: Callback) => {
      if (move === undefined) return answer(sessions.set(sid, session), callback);
      const { from, failed } = move;
      move = undefined;
      // @fastify/passport regenerates twice.
      Object.defineProperty(session, 'regenerate', { value: regenerate, configurable: true, writable: true });
      // Called back after an error, the library would put the new session on the request.
      sessions.regenerate(from, sid, session).then(() => callback?.(), failed);
    },
    destroy: (sid: string, callback?: Callback) =>
      move?.from === sid ? callback?.() : answer(sessions.destroy(sid), callback),
  };
  if (options.scan !== true) return Object.assign(store, methods);
  return Object.assign(store, methods, {
    all: (callback: Callback<ForeignSession[]>) =>
      answer(
        sessions.all().then((all) => all.map(({ session }) => session)),
        callback,
      ),
    length: (callback: Callback<number>) =>
      answer(
        sessions.all().then((all) => all.length),
        callback,
      ),
    clear: (callback?: Callback) => answer(sessions.clear(), callback),
  });
}
