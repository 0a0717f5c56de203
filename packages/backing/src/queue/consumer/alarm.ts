import type { Clock } from '@twelvefold/lifecycle';

/** A timer that is set and unset far more often than it rings. */
export interface Alarm {
  /** Rings after the alarm's time, counted from now, instead of whenever it was to ring before. */
  set(): void;
  /** Does not ring. */
  unset(): void;
  /** Unsets it and leaves no timer behind. */
  end(): void;
}

/**
 * An alarm on a clock, `ms` milliseconds long. Setting and unsetting cost nothing but a variable: an abort of the clock's sleep builds two errors with
 * stacks, which once was a sixth of the cost of a message. At most one sleep is under way; when it ends early it sleeps on.
 */
export function createAlarm(clock: Clock, ms: number, ring: () => void): Alarm {
  let dueAt = Number.POSITIVE_INFINITY;
  let wakesAt = Number.POSITIVE_INFINITY;
  const ended = new AbortController();

  const sleep = () => {
    wakesAt = dueAt;
    // The time may just have passed; Node warns on standard error of a timer below 0.
    clock.sleep(Math.max(0, dueAt - clock.monotonic()), ended.signal).then(wake, () => {}); // ended
  };
  const wake = () => {
    wakesAt = Number.POSITIVE_INFINITY;
    if (dueAt === Number.POSITIVE_INFINITY) return;
    if (clock.monotonic() < dueAt) return sleep();
    dueAt = Number.POSITIVE_INFINITY;
    ring();
  };
  return {
    set() {
      dueAt = clock.monotonic() + ms;
      // A sleep that is under way ends before that, and goes on from there.
      if (wakesAt === Number.POSITIVE_INFINITY) sleep();
    },
    unset() {
      dueAt = Number.POSITIVE_INFINITY;
    },
    end() {
      dueAt = Number.POSITIVE_INFINITY;
      ended.abort();
    },
  };
}
