import type { ChangeHook, ConfiguredResource, ReportAuthFailure } from './config-change.ts';

export interface ConfigState {
  /** 1 for the first snapshot, one more with each that differs from the one before; 0 before the first. */
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
  /** The snapshot; a refresh that is due is made first, by one caller alone, the others get what is there. Rejects before the first only. */
  get(): Promise<T>;
  /** The snapshot that is there. @throws TypeError before the first `get()` */
  readonly current: T;
  readonly state: ConfigState;
  /** Whether `get()` would fetch. */
  readonly due: boolean;
  /** Fetches now, or joins who does. Rejects when the snapshot had to be kept. */
  refresh(): Promise<T>;
  /** Has a say in each new snapshot. @returns what ends it */
  onChange(hook: ChangeHook<T>): () => void;
  /** Keeps a resource in step with the config. @returns what ends it */
  attach(resource: ConfiguredResource<T>): () => void;
  readonly reportAuthFailure: ReportAuthFailure;
}
