/** A new snapshot that is offered before it is swapped in. */
export interface ConfigChange<T> {
  readonly next: T;
  readonly previous: T;
  /** The version that `next` will have. */
  readonly version: number;
  /** The keys whose values differ, in the schema's order. */
  readonly changed: readonly string[];
  /** Aborts when preparing takes longer than it may. */
  readonly signal: AbortSignal;
}

/** What a hook made ready for the new snapshot. */
export interface PreparedSwap {
  /** Puts it in place, in the same turn in which the snapshot is swapped. Must not throw. */
  swap(): void;
  /** Called instead when another hook said no. */
  discard?(): void | Promise<void>;
}

/** Looks at a new snapshot before it counts: prepares what depends on it, or throws to keep the one that is there. */
export type ChangeHook<T> = (
  change: ConfigChange<T>,
  // A hook that has nothing to swap returns nothing.
  // biome-ignore lint/suspicious/noConfusingVoidType: so that a function without a return statement is a hook
) => PreparedSwap | undefined | void | Promise<PreparedSwap | undefined | void>;

export interface AuthFailureReport {
  /** The config version that the refused credentials are of: when there is a newer one by now, nothing is fetched. */
  version?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Says that a backing service refused the credentials of the config. Resolves with true when there is a newer snapshot than the
 * one that was refused: try once more with it.
 */
export type ReportAuthFailure = (report?: AuthFailureReport) => Promise<boolean>;

/** Something that is made from config, as the config sees it: structural, so that no resource needs this package. */
export interface ConfiguredResource<T> {
  prepare: ChangeHook<T>;
  /** Hands over the way to report refused credentials. */
  onAuthFailure?(report: ReportAuthFailure): void;
}
