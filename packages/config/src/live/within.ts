import type { Clock } from '@twelvefold/core';

/** Does `work` with a signal that aborts after `ms`, and clears the timer when it is done: nothing is left that a freeze could stop. */
export async function within<T>(
  ms: number,
  what: string,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const done = new AbortController();
  clock.sleep(ms, done.signal).then(
    () => limit.abort(new Error(`Cannot ${what}: it took longer than ${ms} ms`)),
    () => {},
  );
  try {
    return await work(limit.signal);
  } finally {
    done.abort();
  }
}
