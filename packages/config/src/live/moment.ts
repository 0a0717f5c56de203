import type { Clock } from '@twelvefold/core';

/** A moment on both clocks: a frozen process's monotonic clock stands still, and a wall clock can be set back. */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

export function momentOf(clock: Clock): Moment {
  return { now: clock.now(), monotonic: clock.monotonic() };
}

/** Milliseconds since `moment`, by the clock that moved more. */
export function since(moment: Moment, clock: Clock): number {
  return Math.max(clock.now() - moment.now, clock.monotonic() - moment.monotonic);
}
