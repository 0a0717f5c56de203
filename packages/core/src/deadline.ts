import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/** The moment by which work must end, on the monotonic clock. */
export interface Deadline {
  /** Milliseconds left: never negative; `Infinity` without a limit. */
  remainingMs(): number;
}

export const NO_DEADLINE: Deadline = { remainingMs: () => Number.POSITIVE_INFINITY };

/** A deadline `ms` milliseconds from now. */
export function deadlineIn(ms: number, clock: Clock = systemClock): Deadline {
  const end = clock.monotonic() + ms;
  return { remainingMs: () => Math.max(0, end - clock.monotonic()) };
}

/** The signal and deadline of work with a time limit. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** Releases the timer; call it when the work ends. */
  over(): void;
}

/**
 * Limits work to `ms` milliseconds, or to its own deadline if that is earlier. The signal aborts
 * with a `TimeoutError` when the limit passes.
 */
export function limitTime(ms: number, signal: AbortSignal, deadline: Deadline, clock: Clock = systemClock): TimeLimit {
  const late = new AbortController();
  const ended = new AbortController();
  const limit = deadlineIn(ms, clock);
  clock.sleep(ms, ended.signal).then(
    () => late.abort(new DOMException(`The work took longer than ${ms} ms`, 'TimeoutError')),
    () => undefined, // ended in time
  );
  return {
    signal: AbortSignal.any([signal, late.signal]),
    deadline: { remainingMs: () => Math.min(limit.remainingMs(), deadline.remainingMs()) },
    over: () => ended.abort(),
  };
}
