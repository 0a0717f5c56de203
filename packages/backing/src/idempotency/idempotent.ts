import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { Retry } from '../queue/retry.ts';
import type { WriteOperation } from '../table/port.ts';
import type { IdempotencyClient } from './port.ts';

export interface IdempotentOptions<M, C> {
  /** The store, or where it is in the handler's context: `({ backing }) => backing.effects`. */
  store: IdempotencyClient | ((ctx: C) => IdempotencyClient);
  /**
   * Names the effect: a field of the message. Not the message's id where a producer may send twice.
   */
  key: (message: M, ctx: C) => string;
  /** How long a key is remembered. @defaultValue the store's window */
  window?: Duration;
  /**
   * How long other attempts are kept out. @defaultValue what is left of the message's lease, else
   * '1m'
   */
  lease?: Duration;
}

/** The effect that a handler has, once. */
export interface Effect {
  /** The idempotency key: pass it on to whatever takes one. */
  readonly key: string;
  /**
   * Greater with every attempt. A service that remembers the greatest number it has seen can refuse
   * an attempt that was overtaken.
   */
  readonly fence: number;
  /**
   * Writes `operations` (99 at most) and the record that the work is done, in one transaction, so
   * that a crash afterwards repeats nothing. Call it once, as the last step: work after it is not
   * repeated if it fails.
   */
  commit(operations: readonly WriteOperation[]): Promise<void>;
}

/** The parts of a message's context that are used where they are there. */
interface MessageLike {
  readonly signal?: AbortSignal;
  leaseRemaining?(): number;
}

const DEFAULT_LEASE_MS = 60_000;
const SHORTEST_RETRY_MS = 1_000;

/**
 * Makes a handler whose effect happens once, although messages are delivered at least once. The
 * key's record is in progress, done or failed: while another delivery is at it the message comes
 * again (`Retry`), when it has been done the message is acknowledged without calling the handler.
 *
 * A handler that commits its writes through `ctx.effect.commit` has them exactly once. For effects
 * elsewhere delivery stays at least once: a process may die between such an effect and the record;
 * pass `ctx.effect.key` on to what takes an idempotency key, or guard by `fence`.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const name = 'orders-prod-effects';
 * const placed = createDynamoDbIdempotency({ definition: effects, name, aws });
 * const placeOnce = idempotent(
 *   { store: placed, key: (row: { orderId: string; totalCents: number }) => row.orderId },
 *   async (row, { effect }) => {
 *     await effect.commit([rows.putOperation(row)]);
 *   },
 * );
 * ```
 */
export function idempotent<M, C extends object, R extends readonly unknown[]>(
  options: IdempotentOptions<M, C>,
  handler: (message: M, ctx: C & { readonly effect: Effect }, ...rest: R) => Promise<void>,
): (message: M, ctx: C, ...rest: R) => Promise<void> {
  assertKnownOptions('create an idempotent handler', options, ['store', 'key', 'window', 'lease']);
  const windowMs = options.window === undefined ? undefined : durationMs(options.window);
  const fixedLeaseMs = options.lease === undefined ? undefined : durationMs(options.lease);
  return async (message, ctx, ...rest) => {
    const store = typeof options.store === 'function' ? options.store(ctx) : options.store;
    const key = options.key(message, ctx);
    const { signal, leaseRemaining } = ctx as MessageLike; // both are optional
    const attempt = await store.begin(key, {
      leaseMs: fixedLeaseMs ?? Math.max(SHORTEST_RETRY_MS, leaseRemaining?.call(ctx) ?? DEFAULT_LEASE_MS),
      ...(windowMs === undefined ? {} : { windowMs }),
      ...(signal ? { signal } : {}),
    });
    if (attempt.state === 'done') return;
    if (attempt.state === 'inProgress') {
      throw new Retry(`${Math.ceil(Math.max(SHORTEST_RETRY_MS, attempt.retryAfterMs) / 1_000)}s`);
    }
    let committed = false;
    const effect: Effect = {
      key,
      fence: attempt.fence,
      commit: async (operations) => {
        await attempt.complete(operations);
        committed = true;
      },
    };
    try {
      await handler(message, Object.assign(Object.create(ctx), { effect }), ...rest);
    } catch (error) {
      // Without this the next delivery waits until the lease ends. A failure here must not hide the
      // handler's error.
      if (!committed) await attempt.fail().catch(() => {});
      throw error;
    }
    if (!committed) await attempt.complete();
  };
}
