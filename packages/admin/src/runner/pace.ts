import type { Clock } from '@twelvefold/core';
import { assertKnownOptions, messageOf } from '@twelvefold/core/internal';

/** Limits for the pace of a task over a collection. All that are given hold. */
export interface Throttle {
  /** Records per second. */
  readonly rate?: number;
  /** Consumed DynamoDB capacity units per second, reads and writes together. */
  readonly capacity?: number;
  /**
   * Asked before a record, at most once per second: the milliseconds to wait, e.g. while a replica
   * lags. 0 goes on; another answer waits and asks again.
   */
  readonly probe?: (options: { readonly signal: AbortSignal }) => number | Promise<number>;
}

/** The faults of a throttle's options, as sentences. */
export function throttleFaults(throttle: Throttle): string[] {
  const faults: string[] = [];
  try {
    assertKnownOptions("use 'throttle'", throttle, ['rate', 'capacity', 'probe']);
  } catch (error) {
    return [messageOf(error)];
  }
  for (const name of ['rate', 'capacity'] as const) {
    const value = throttle[name];
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) {
      faults.push(`'throttle.${name}' is ${value}; it must be above 0`);
    }
  }
  if (throttle.probe !== undefined && typeof throttle.probe !== 'function') {
    faults.push("'throttle.probe' is not a function");
  }
  return faults;
}

/** Holds the records of one leg back, over all of its segments. */
export interface Pace {
  /** Waits for the turn of a record; `undefined` when it may begin at once. */
  admit(signal: AbortSignal): Promise<void> | undefined;
  /** Counts capacity units that a call consumed. */
  consumed(units: number): void;
  /** Halves the pace: a service has throttled a call. It recovers by a tenth per second. */
  throttled(): void;
}

const PROBE_EVERY_MS = 1_000;
/** A service that throttles on and on is asked this often at least. */
const SLOWEST = 1 / 64;
/** The pace of a task without limits, for the first halving. */
const PACE_WINDOW_MS = 1_000;

/** Makes the pace of a leg. Time owed by one record is waited for before the next. */
export function createPace({ rate, capacity, probe }: Throttle, clock: Clock): Pace {
  /** When the next record may begin, on the monotonic clock. */
  let freeAt = 0;
  let probedAt = Number.NEGATIVE_INFINITY;
  /** 1 is full pace. */
  let share = 1;
  let shareAt = 0;
  let recent = 0;
  let recentSince = clock.monotonic();
  let perRecordMs = 0;
  const everyMs = rate === undefined ? 0 : 1_000 / rate;

  const owe = (ms: number, now: number) => {
    freeAt = Math.max(freeAt, now) + ms;
  };
  const recover = (now: number) => {
    if (share === 1) return;
    share = Math.min(1, share + ((now - shareAt) / 1_000) * 0.1);
    shareAt = now;
  };
  const wait = async (signal: AbortSignal): Promise<void> => {
    while (probe !== undefined && clock.monotonic() - probedAt >= PROBE_EVERY_MS) {
      const pauseMs = await probe({ signal });
      probedAt = clock.monotonic();
      if (!(pauseMs > 0)) break;
      await clock.sleep(pauseMs, signal);
      probedAt = Number.NEGATIVE_INFINITY;
    }
    const now = clock.monotonic();
    const beginAt = Math.max(freeAt, now);
    // Its turn is taken before the wait: segments that wait together do not begin together.
    take(beginAt);
    if (beginAt > now) await clock.sleep(beginAt - now, signal);
  };
  const take = (now: number) => {
    recent += 1;
    if (now - recentSince >= PACE_WINDOW_MS) {
      perRecordMs = (now - recentSince) / recent;
      recentSince = now;
      recent = 0;
    }
    recover(now);
    if (everyMs > 0) owe(everyMs / share, now);
    else if (share < 1) owe(Math.max(perRecordMs, 1) * (1 / share - 1), now);
  };

  return {
    admit(signal) {
      const now = clock.monotonic();
      if (freeAt > now || (probe !== undefined && now - probedAt >= PROBE_EVERY_MS)) return wait(signal);
      take(now);
      return undefined;
    },
    consumed(units) {
      if (capacity !== undefined) owe((units / capacity) * 1_000, clock.monotonic());
    },
    throttled() {
      const now = clock.monotonic();
      recover(now);
      share = Math.max(SLOWEST, share / 2);
      shareAt = now;
    },
  };
}
