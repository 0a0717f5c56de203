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

/**
 * Creates a store for @fastify/session. It works with the default `rolling: true`: a request that
 * only moves the expiry on writes after a quarter of the cookie's `maxAge`.
 *
 * The library's `regenerate` destroys the old session, then sets the new one. No write of another
 * request brings the old one back in between.
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
  const methods = {
    get: (sid: string, callback: Callback<ForeignSession | undefined>) => answer(sessions.get(sid), callback),
    set: (sid: string, session: ForeignSession, callback?: Callback) => answer(sessions.set(sid, session), callback),
    destroy: (sid: string, callback?: Callback) => answer(sessions.destroy(sid), callback),
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
