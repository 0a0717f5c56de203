import type { Clock } from './clock.ts';

/** Built once: an abort without a reason builds an error with a stack each time. */
const UNDONE = new Error('Nobody waits any longer');

/**
 * Calls back after `ms` milliseconds, never where they are `Infinity`, unless the function that it returns was called. By the clock's
 * `timer`, which costs a tenth of a sleep that is cut short, or by its `sleep` where it has none.
 *
 * @example
 * ```ts
 * const undo = after(systemClock, 5_000, () => console.log('five seconds'));
 * undo();
 * ```
 */
export function after(clock: Clock, ms: number, callback: () => void): () => void {
  if (ms === Number.POSITIVE_INFINITY) return () => {};
  if (clock.timer) return clock.timer(ms, callback);
  const undone = new AbortController();
  clock.sleep(ms, undone.signal).then(callback, () => {}); // undone
  return () => undone.abort(UNDONE);
}
