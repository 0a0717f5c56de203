import { nodeUtil } from '../node-util.ts';
import { Secret } from '../secret.ts';

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

/** The preparation of a hook for the new snapshot. */
export interface PreparedSwap {
  /** Puts it in place, in the same turn in which the snapshot is swapped. Must not throw. */
  swap(): void;
  /** Called instead when another hook said no. */
  discard?(): void | Promise<void>;
}

/**
 * Looks at a new snapshot before it counts: prepares what depends on it, or throws to keep the one
 * that is there.
 */
export type ChangeHook<T> = (
  change: ConfigChange<T>,
  // A hook that has nothing to swap returns nothing.
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook may have no return statement
) => PreparedSwap | undefined | void | Promise<PreparedSwap | undefined | void>;

export interface AuthFailureReport {
  /**
   * The config version that the refused credentials are of: when there is a newer one by now,
   * nothing is fetched.
   */
  version?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Says that a backing service refused the credentials of the config. Resolves with true when there
 * is a newer snapshot than the one that was refused: try once more with it.
 */
export type ReportAuthFailure = (report?: AuthFailureReport) => Promise<boolean>;

/**
 * Something that is made from config, as the config sees it: structural, so that no resource needs
 * this package.
 */
export interface ConfiguredResource<T> {
  prepare: ChangeHook<T>;
  /** Hands over the way to report refused credentials. */
  onAuthFailure?(report: ReportAuthFailure): void;
}

/**
 * Lets every hook prepare for a new snapshot, all at once.
 *
 * @returns what puts everything in place
 * @throws the first hook's error if one refuses or takes too long; the preparations of the others
 * are discarded then
 */
export async function offerChange<T>(hooks: readonly ChangeHook<T>[], change: ConfigChange<T>): Promise<() => void> {
  const late = abortOf(change.signal);
  const prepared = await Promise.allSettled(
    hooks.map(async (hook) => {
      const preparing = Promise.resolve(hook(change));
      try {
        return await Promise.race([preparing, late.promise]);
      } catch (error) {
        // A hook that finishes after its time must not leave open what it prepared.
        if (change.signal.aborted) void preparing.then(discard, () => {});
        throw error;
      }
    }),
  );
  late.release();
  const swaps = prepared.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
  const refused = prepared.find((result) => result.status === 'rejected');
  if (refused) {
    await Promise.allSettled(swaps.map(discard));
    throw refused.reason;
  }
  return () => {
    for (const one of swaps) one.swap();
  };
}

async function discard(prepared: Awaited<ReturnType<ChangeHook<unknown>>>): Promise<void> {
  await prepared?.discard?.();
}

function abortOf(signal: AbortSignal): { promise: Promise<never>; release(): void } {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    release = () => signal.removeEventListener('abort', onAbort);
  });
  promise.catch(() => {});
  return { promise, release };
}

/**
 * Whether two loaded values are the same, secrets by what they hold: `isDeepStrictEqual` would call
 * any two secrets equal.
 */
export function sameValue(one: unknown, other: unknown): boolean {
  if (Secret.isInstance(one) && Secret.isInstance(other)) return sameValue(one.reveal(), other.reveal());
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) {
    return nodeUtil().isDeepStrictEqual(one, other);
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]))
  );
}

function isContainer(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
