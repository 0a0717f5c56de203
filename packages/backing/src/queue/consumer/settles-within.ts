import type { Clock } from '@twelvefold/lifecycle';

/** True when `work` settled before `ms` milliseconds had passed. Leaves no timer behind; `work` must not reject. */
export async function settlesWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const timedOut = clock.sleep(ms, timer.signal).then(
    () => false,
    () => true, // cancelled below
  );
  try {
    return await Promise.race([work.then(() => true), timedOut]);
  } finally {
    timer.abort();
  }
}
