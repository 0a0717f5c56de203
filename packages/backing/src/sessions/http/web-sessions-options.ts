import type { Clock } from '@twelvefold/core';
import type { CookieOptions, KeyText } from './cookie.ts';
import type { CsrfOptions } from './csrf.ts';

/**
 * How requests get their sessions.
 * @inline
 */
export interface WebSessionsOptions {
  cookie?: CookieOptions;
  csrf?: CsrfOptions;
  /**
   * Rotates the id of a session in use after this long. Needs the access `rotate`.
   * @defaultValue never
   */
  rotateAfter?: `${number}${'m' | 'h' | 'd'}`;
  /** Decides when an id is old. @defaultValue the system's */
  clock?: Clock;
}

/**
 * The surroundings of a request.
 * @inline
 */
export interface WebRequest<C> {
  /** The store's client, e.g. `ctx.backing.sessions`. */
  sessions: C;
  /**
   * Facts about the request, e.g. `ctx.http`: whether only this machine can reach the listener.
   * @defaultValue it can be reached from anywhere
   */
  http?: { readonly isLoopback?: boolean } | undefined;
  /**
   * Signs cookies with the first key and accepts all of them, so that keys can rotate. At least 32
   * bytes each. @defaultValue none: cookies are not signed. Ids have 256 random bits.
   */
  keys?: readonly KeyText[] | undefined;
  signal?: AbortSignal | undefined;
  /** Logs a warning. @defaultValue `process.emitWarning` */
  warn?: ((message: string) => void) | undefined;
}
