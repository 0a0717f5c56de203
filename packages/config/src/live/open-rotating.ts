import { assertKnownOptions } from '@twelvefold/core/internal';
import type { ChangeHook, ReportAuthFailure } from './config-change.ts';
import type { LiveConfig } from './live-config.ts';

export interface RotatingOptions<T, R> {
  /** The keys that the resource is made from; others change without it. @defaultValue any */
  keys?: readonly string[];
  /**
   * Makes the resource from a snapshot. If it throws, the old snapshot and the old resource stay.
   */
  open(config: T, signal: AbortSignal): Promise<R>;
  /** Ends a resource after its last use. */
  close(resource: R): Promise<void>;
  /** Whether an error of the work means that the credentials were refused. */
  isAuthFailure(error: unknown): boolean;
}

/** A resource that follows the config that it is made from. */
export interface Rotating<R> {
  /**
   * Works with the resource. When its credentials are refused, config is refreshed and the work is
   * done once more with the new resource: refused work has had no effect.
   */
  use<V>(work: (resource: R) => Promise<V>): Promise<V>;
  /** Waits for the work that is under way, then ends the resource. */
  close(): Promise<void>;
}

interface Slot<R> {
  readonly resource: R;
  version: number;
  users: number;
  retired: boolean;
  /** Resolves when the resource is closed. */
  readonly closed: PromiseWithResolvers<void>;
  closing: boolean;
}

/**
 * Opens a resource (a pool, a client) from the config and keeps it in step: before a new snapshot
 * counts, a new resource is opened; both are swapped in together, and the old one is closed when
 * its last user is done.
 *
 * @example
 * ```ts
 * const pool = await openRotating(live, {
 *   keys: ['payments.apiKey'],
 *   open: async (config) => ({ key: config.payments.apiKey.reveal() }),
 *   close: async () => {},
 *   isAuthFailure: (error) => error instanceof Error && error.name === 'AccessDenied',
 * });
 * await pool.use(async ({ key }) => key.length);
 * ```
 */
export async function openRotating<T, R>(live: LiveConfig<T>, options: RotatingOptions<T, R>): Promise<Rotating<R>> {
  assertKnownOptions('open a rotating resource', options, ['keys', 'open', 'close', 'isAuthFailure']);
  const { keys, open, close, isAuthFailure } = options;
  const slots = new Set<Slot<R>>();
  const slotOf = (resource: R, version: number): Slot<R> => {
    const slot = { resource, version, users: 0, retired: false, closing: false, closed: Promise.withResolvers<void>() };
    slots.add(slot);
    return slot;
  };

  const config = await live.get();
  let current = slotOf(await open(config, new AbortController().signal), live.state.version);
  let report: ReportAuthFailure = async () => false;

  const closeWhenIdle = (slot: Slot<R>) => {
    if (!slot.retired || slot.users > 0 || slot.closing) return;
    slot.closing = true;
    const end = () => {
      slots.delete(slot);
      slot.closed.resolve();
    };
    // A failed close of the old resource does not affect the new one.
    close(slot.resource).then(end, end);
  };
  const retire = (slot: Slot<R>) => {
    slot.retired = true;
    closeWhenIdle(slot);
  };
  const prepare: ChangeHook<T> = async ({ next, version, changed, signal }) => {
    const slot = current;
    if (keys !== undefined && !changed.some((key) => keys.includes(key))) {
      return {
        swap: () => {
          slot.version = version;
        },
      };
    }
    const resource = await open(next, signal);
    return {
      swap: () => {
        current = slotOf(resource, version);
        retire(slot);
      },
      discard: () => close(resource),
    };
  };
  const detach = live.attach({
    prepare,
    onAuthFailure: (given) => {
      report = given;
    },
  });

  const useSlot = async <V>(slot: Slot<R>, work: (resource: R) => Promise<V>): Promise<V> => {
    slot.users += 1;
    try {
      return await work(slot.resource);
    } finally {
      slot.users -= 1;
      closeWhenIdle(slot);
    }
  };

  return {
    async use(work) {
      const slot = current;
      if (slot.retired) throw new TypeError('Cannot use a rotating resource: it is closed');
      const { version } = slot;
      try {
        return await useSlot(slot, work);
      } catch (error) {
        if (!isAuthFailure(error) || !(await report({ version }))) throw error;
        return useSlot(current, work);
      }
    },
    async close() {
      detach();
      retire(current);
      await Promise.all([...slots].map(({ closed }) => closed.promise));
    },
  };
}
