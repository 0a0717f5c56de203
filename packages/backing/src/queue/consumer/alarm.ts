import type { Clock } from '@twelvefold/core';

/** A timer that is set and unset far more often than it rings. */
export interface Alarm {
  /** Restarts the timer. */
  set(): void;
  /** Stops the timer. */
  unset(): void;
  /** Stops it and leaves no timer behind. */
  end(): void;
}

/**
 * Creates an alarm that rings `ms` milliseconds after it was set. Setting and unsetting only change
 * a variable: an abort of the clock's sleep builds two errors with stacks, which was a sixth of the
 * cost of a message. There is at most one sleep; one that ends too early is followed by another.
 */
export function createAlarm(clock: Clock, ms: number, ring: () => void): Alarm {
  let dueAt = Number.POSITIVE_INFINITY;
  let wakesAt = Number.POSITIVE_INFINITY;
  const ended = new AbortController();

  const sleep = () => {
    wakesAt = dueAt;
    // The time may just have passed; Node prints a warning for a timer below 0.
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
      // A running sleep ends before that, and is followed by another.
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
