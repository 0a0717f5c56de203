import type { Duration } from '@twelvefold/core';
import type { WriteOperation } from '../table/port.ts';

export interface AcquireOptions {
  /** How long to wait while another holds the lock. @defaultValue '0s': one try */
  wait?: Duration;
  /** Ends the wait; aborts the lease's signal later on. */
  signal?: AbortSignal;
}

/** A held lock. It ends by `release`, or when its lease runs out without a renewal. */
export interface Lease {
  /** The lock's name, e.g. `nightly-report`. */
  readonly name: string;
  /** The fencing token: each holder of a lock gets a higher one than all holders before. */
  readonly token: number;
  /**
   * Aborts with `LOCK_LOST` when another took the lock, and when a tenth of the lease is left
   * without a renewal; also when the signal given to `acquire` aborts.
   */
  readonly signal: AbortSignal;
  /**
   * Starts the lease anew: call it as the work makes progress, and before effects that cannot be
   * fenced.
   *
   * @throws TwelvefoldError `LOCK_LOST` when the lease has ended, also after a freeze that no timer
   * saw, and when the clock no longer keeps the promise of `takeOver`.
   */
  renew(options?: { signal?: AbortSignal }): Promise<void>;
  /** Gives the lock back. Does nothing after the lease has ended. */
  release(options?: { signal?: AbortSignal }): Promise<void>;
}

/** The state of a lock, for people. */
export interface LockState {
  /** The token of the last holder. */
  readonly token: number;
  /** Absent while no one holds the lock. */
  readonly holder?: {
    /** The component that holds it. */
    readonly component: string;
    /** ISO 8601, by the holder's clock. */
    readonly acquiredAt: string;
    /** ISO 8601, by the holder's clock. The holder may have ended before. */
    readonly leaseUntil: string;
  };
}

/** Takes locks by name. A component has the methods of the accesses that its `uses` names. */
export interface LockClient {
  /**
   * Takes the lock, or waits for it.
   *
   * A lock whose holder has died is taken over by a caller that has watched it for a whole lease
   * without a renewal, on the caller's monotonic clock. A single try takes over only with the
   * definition's `takeOver`; without it wall clocks are never compared.
   *
   * @throws TwelvefoldError `LOCK_HELD` when another still holds it after `wait`; `CLOCK_SKEWED`,
   * with `takeOver`, when this machine's clock does not keep the promise.
   */
  acquire(name: string, options?: AcquireOptions): Promise<Lease>;
  /**
   * Runs `work` while holding the lock, renews the lease three times per lease meanwhile, and
   * releases it.
   *
   * @throws TwelvefoldError as `acquire`; `LOCK_LOST` when the lease ended before the work did,
   * unless the work threw an error, which is thrown then.
   */
  withLock<T>(name: string, work: (lease: Lease) => Promise<T>, options?: AcquireOptions): Promise<T>;
  /**
   * Describes a condition for the caller's transaction: the lease still holds the lock.
   * Transactions of one lock conflict with each other and with its renewal, so use it for a single
   * writer; `fenced` has no such limit.
   */
  check(lease: Lease): WriteOperation;
  /** The lock's state, or `undefined` for a lock that was never taken. */
  inspect(name: string, options?: { signal?: AbortSignal }): Promise<LockState | undefined>;
}
