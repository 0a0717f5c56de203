import type { Clock } from '@twelvefold/core';
import type { LoadConfigOptions } from '../load/read-config.ts';
import type { ConfigEvent } from './config-event.ts';

export interface LiveConfigOptions extends LoadConfigOptions {
  /** Ends the first load; refreshes have limits of their own. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which using the snapshot refreshes it; each snapshot's own is up to a fifth shorter or longer, so that
   * processes that start together do not ask together. @defaultValue the definition's, else 300000
   */
  maxAgeMs?: number | undefined;
  /** Milliseconds that a refresh may take before the snapshot is kept. @defaultValue 2000 */
  refreshTimeoutMs?: number | undefined;
  /** Milliseconds that hooks may take to prepare. @defaultValue 10000 */
  prepareTimeoutMs?: number | undefined;
  /** Milliseconds, on the average, until a failed refresh is tried again. @defaultValue 10000 */
  retryAfterMs?: number | undefined;
  /**
   * Milliseconds for which one report of refused credentials goes on looking for new ones: a rotation changes the password before it
   * publishes it. @defaultValue 5000
   */
  authGraceMs?: number | undefined;
  /** @defaultValue the system's */
  clock?: Clock | undefined;
  /** From 0 to 1. @defaultValue `Math.random` */
  random?: (() => number) | undefined;
  /** Told what became of each refresh: count `kept`, and alarm on its age. */
  onEvent?: ((event: ConfigEvent) => void) | undefined;
}

export const LIVE_DEFAULTS = {
  maxAgeMs: 300_000,
  refreshTimeoutMs: 2_000,
  prepareTimeoutMs: 10_000,
  retryAfterMs: 10_000,
  authGraceMs: 5_000,
};

export const LIVE_OPTIONS = [...Object.keys(LIVE_DEFAULTS), 'clock', 'random', 'onEvent'];
