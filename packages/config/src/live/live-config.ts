import type { Clock } from '@twelvefold/core';
import type { LoadConfigOptions } from '../load/read-config.ts';
import type { ConfigKey } from '../select/config-key.ts';
import type { ChangeHook, ConfiguredResource, ReportAuthFailure } from './config-change.ts';

/** The reason of a refresh: the snapshot's age, a call of `refresh()`, refused credentials. */
export type RefreshReason = 'age' | 'demand' | 'auth';

/** The result of a refresh. */
export type ConfigEvent =
  | {
      readonly kind: 'changed';
      readonly reason: RefreshReason;
      /** The new snapshot's. */
      readonly version: number;
      readonly changed: readonly string[];
    }
  | { readonly kind: 'unchanged'; readonly reason: RefreshReason; readonly version: number }
  | {
      /** The snapshot that was there is kept. */
      readonly kind: 'kept';
      readonly reason: RefreshReason;
      readonly version: number;
      /** The new one does not fit the schema, no source would give one, or a hook said no. */
      readonly why: 'invalid' | 'unreachable' | 'vetoed';
      readonly error: Error;
      /** Milliseconds since the kept one was last known to be right. */
      readonly ageMs: number;
    };

export interface ConfigState {
  /**
   * 1 for the first snapshot, one more with each that differs from the one before; 0 before the
   * first.
   */
  readonly version: number;
  /** Milliseconds since the sources last confirmed the snapshot. */
  readonly ageMs: number;
  /** The last refresh failed, and this is the snapshot from before. */
  readonly stale: boolean;
  /** Why the last refresh failed. */
  readonly lastError?: Error;
}

/** A config that refreshes when it is used. */
export interface LiveConfig<T> {
  /**
   * The snapshot. A refresh that is due is made first, by one caller; the others get the present
   * snapshot. Rejects only before the first.
   */
  get(): Promise<T>;
  /** The snapshot that is there. @throws TypeError before the first `get()` */
  readonly current: T;
  readonly state: ConfigState;
  /** Whether `get()` would fetch. */
  readonly due: boolean;
  /** Fetches now, or joins a fetch under way. Rejects if a fault kept the old snapshot. */
  refresh(): Promise<T>;
  /**
   * The value that a secret of Secrets Manager had before its last change (version stage
   * AWSPREVIOUS), for a service that refuses the new one. Read once per snapshot, and again only
   * after a store could not be asked.
   *
   * Resolves with `undefined`, without a call, when the current version was created and seen to
   * change 60 s ago or earlier, or did not come from Secrets Manager; also when there is no such
   * version, or it cannot be read or does not fit the schema.
   */
  previous<V>(key: ConfigKey<V>): Promise<V | undefined>;
  /** Has a say in each new snapshot. @returns what ends it */
  onChange(hook: ChangeHook<T>): () => void;
  /** Keeps a resource in step with the config. @returns what ends it */
  attach(resource: ConfiguredResource<T>): () => void;
  readonly reportAuthFailure: ReportAuthFailure;
}

export interface LiveConfigOptions extends LoadConfigOptions {
  /** Ends the first load; refreshes have limits of their own. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which using the snapshot refreshes it; each snapshot's own is up to a fifth
   * shorter or longer, so that processes that start together do not ask together. @defaultValue the
   * definition's, else 300000
   */
  maxAgeMs?: number | undefined;
  /** Milliseconds that a refresh may take before the snapshot is kept. @defaultValue 2000 */
  refreshTimeoutMs?: number | undefined;
  /** Milliseconds that hooks may take to prepare. @defaultValue 10000 */
  prepareTimeoutMs?: number | undefined;
  /** Milliseconds, on the average, until a failed refresh is tried again. @defaultValue 10000 */
  retryAfterMs?: number | undefined;
  /**
   * Milliseconds for which one report of refused credentials goes on looking for new ones: a
   * rotation changes the password before it publishes it. @defaultValue 5000
   */
  authGraceMs?: number | undefined;
  /** @defaultValue the system's */
  clock?: Clock | undefined;
  /** From 0 to 1. @defaultValue `Math.random` */
  random?: (() => number) | undefined;
  /** Called with the result of each refresh: count `kept`, and alarm on its age. */
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
