import type { Clock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';

/** A wait that has begun. */
export interface Wait {
  readonly dueMs: number;
  readonly onLate: () => void;
}

/** A limit for many waits, all of one length. */
export interface TimeLimit {
  /** @param onLate called when the time is over, unless the wait has ended */
  begin(onLate: () => void): Wait;
  /** Ends a wait; returns false when its time was over before. */
  end(wait: Wait): boolean;
}

/**
 * Limits waits to `ms` milliseconds with one timer for all: the one that began first is due first.
 * A timer for each costs more than the rest of a read.
 */
export function createTimeLimit(ms: number, clock: Clock): TimeLimit {
  const waits = new Set<Wait>();
  let armed = false;
  let lookedTwice = false;
  const arm = (inMs: number) => {
    armed = true;
    after(clock, inMs, check);
  };
  function check() {
    armed = false;
    const nowMs = clock.monotonic();
    for (const wait of waits) {
      if (wait.dueMs > nowMs) {
        arm(wait.dueMs - nowMs);
        break;
      }
      // After a long turn or a freeze, timers run before the answers that have come meanwhile.
      if (!lookedTwice) {
        lookedTwice = true;
        arm(1);
        return;
      }
      waits.delete(wait);
      wait.onLate();
    }
    lookedTwice = false;
  }
  return {
    begin: (onLate) => {
      const wait = { dueMs: clock.monotonic() + ms, onLate };
      waits.add(wait);
      if (!armed) arm(ms);
      return wait;
    },
    end: (wait) => waits.delete(wait),
  };
}
