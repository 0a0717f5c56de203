/** Why a refresh was made: the snapshot's age, somebody's request, refused credentials. */
export type RefreshReason = 'age' | 'demand' | 'auth';

/** What became of a refresh. */
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
