import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/** The moment by which work must be over, on the monotonic clock. */
export interface Deadline {
  /** Milliseconds left; never negative; `Infinity` where nothing limits the work. */
  remainingMs(): number;
}

export const NO_DEADLINE: Deadline = { remainingMs: () => Number.POSITIVE_INFINITY };

/** The earlier of a deadline and a limit of `ms` from now, as signal and deadline; `over` lets go of the timer. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  over(): void;
}

/** Limits work that has a deadline of its own to `ms` milliseconds: the signal then aborts with a `TimeoutError`. */
export function limitTime(ms: number, signal: AbortSignal, deadline: Deadline, clock: Clock = systemClock): TimeLimit {
  const late = new AbortController();
  const ended = new AbortController();
  const limit = deadlineIn(ms, clock);
  clock.sleep(ms, ended.signal).then(
    () => late.abort(new DOMException(`The work took longer than ${ms} ms`, 'TimeoutError')),
    () => undefined, // over in time
  );
  return {
    signal: AbortSignal.any([signal, late.signal]),
    deadline: { remainingMs: () => Math.min(limit.remainingMs(), deadline.remainingMs()) },
    over: () => ended.abort(),
  };
}

/** A deadline `ms` milliseconds from now. */
export function deadlineIn(ms: number, clock: Clock = systemClock): Deadline {
  const end = clock.monotonic() + ms;
  return { remainingMs: () => Math.max(0, end - clock.monotonic()) };
}
