import { setTimeout as sleep } from 'node:timers/promises';

/** Where time comes from: the part of lifecycle's `Clock` that refreshing needs. */
export interface ConfigClock {
  /** Wall-clock milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only move forward. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const SYSTEM_CLOCK: ConfigClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

/** A moment on both clocks. A frozen or restored process finds its monotonic clock standing; a wall clock can be set back. */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

export function momentOf(clock: ConfigClock): Moment {
  return { now: clock.now(), monotonic: clock.monotonic() };
}

/** Milliseconds since `moment`, by the clock that moved more. */
export function since(moment: Moment, clock: ConfigClock): number {
  return Math.max(clock.now() - moment.now, clock.monotonic() - moment.monotonic);
}
