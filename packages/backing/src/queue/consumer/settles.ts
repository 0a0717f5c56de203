import type { Clock } from '@twelvefold/core';

/**
 * True when `work` settled before `ms` milliseconds had passed. Leaves no timer behind; `work` must
 * not reject.
 */
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

/**
 * True when `work` settled before `signal` aborted; without a signal, always. `work` must not
 * reject.
 */
export async function settlesBefore(signal: AbortSignal | undefined, work: Promise<unknown>): Promise<boolean> {
  if (!signal) return work.then(() => true);
  if (signal.aborted) return false;
  let onAbort = () => {};
  const aborted = new Promise<boolean>((resolve) => {
    onAbort = () => resolve(false);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const settled = await Promise.race([work.then(() => true), aborted]);
  signal.removeEventListener('abort', onAbort);
  return settled;
}
