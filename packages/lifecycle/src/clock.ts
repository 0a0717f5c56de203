import { setTimeout as sleep } from 'node:timers/promises';

/** Where time comes from. Tests pass their own, so nothing sleeps or patches globals. */
export interface Clock {
  /** Wall-clock milliseconds since the epoch: for timestamps that leave the process. */
  now(): number;
  /** Milliseconds that only move forward: for budgets, deadlines and durations. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await sleep(ms, undefined, signal ? { signal } : undefined);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
