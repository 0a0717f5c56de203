import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/** The moment by which work must be over, on the monotonic clock. */
export interface Deadline {
  /** Milliseconds left; never negative; `Infinity` where nothing limits the work. */
  remainingMs(): number;
}

export const NO_DEADLINE: Deadline = { remainingMs: () => Number.POSITIVE_INFINITY };

/** A deadline `ms` milliseconds from now. */
export function deadlineIn(ms: number, clock: Clock = systemClock): Deadline {
  const end = clock.monotonic() + ms;
  return { remainingMs: () => Math.max(0, end - clock.monotonic()) };
}
