import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';

/**
 * A clock whose wall time only the test moves. It starts at the machine's time, because the
 * endpoint has its own idea of TTL.
 */
export function manualClock(): Clock & { advance(ms: number): void } {
  let now = Date.now();
  return {
    now: () => now,
    monotonic: () => systemClock.monotonic(),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    advance: (ms) => {
      now += ms;
    },
  };
}
