import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';

/** A duration with its unit, e.g. `'30s'`, `'5m'`, `'1.5h'`, or `'never'`. */
export type MaxAge = Duration | 'never';

/**
 * Milliseconds in a snapshot's age limit; `Infinity` for `'never'`.
 *
 * @throws TypeError for anything else, e.g. a number.
 */
export function maxAgeMsOf(maxAge: MaxAge): number {
  if (maxAge === 'never') return Number.POSITIVE_INFINITY;
  try {
    const ms = durationMs(maxAge);
    if (ms > 0) return ms;
  } catch {
    // Refused below.
  }
  throw new TypeError(
    `Cannot define config: maxAge ${JSON.stringify(maxAge)} must be a duration above 0 with its unit, e.g. '5m', or 'never'`,
  );
}
