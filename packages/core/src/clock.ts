/** A source of time. Tests pass a test clock, so they neither sleep nor patch globals. */
export interface Clock {
  /** Wall-clock milliseconds since the epoch, for timestamps that leave the process. */
  now(): number;
  /** Milliseconds that only move forward, for budgets, deadlines and durations. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason if it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms` milliseconds. The returned function cancels the timer. */
  timer?(ms: number, callback: () => void): () => void;
}

/** The machine's wall clock, monotonic clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  // Not node:timers/promises, which builds an error with a stack for each sleep that is cut short;
  // most sleeps are.
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/** Built once: an abort without a reason builds an error with a stack each time. */
const CANCELLED = new Error('The timer was cancelled');

/**
 * Calls back once after `ms` milliseconds, and never if `ms` is `Infinity`. The returned function
 * cancels the timer.
 *
 * Uses the clock's `timer`, which costs a tenth of a sleep that is cut short, or else `sleep`.
 */
export function after(clock: Clock, ms: number, callback: () => void): () => void {
  if (ms === Number.POSITIVE_INFINITY) return () => {};
  if (clock.timer) return clock.timer(ms, callback);
  const cancelled = new AbortController();
  clock.sleep(ms, cancelled.signal).then(callback, () => {}); // cancelled
  return () => cancelled.abort(CANCELLED);
}
