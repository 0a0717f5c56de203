/** A clock for tests. @module */
import type { Clock } from './clock.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves time on by `ms` and wakes sleepers in order; the work they resume runs in between. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock only: a process that was frozen finds its monotonic clock unchanged. */
  advanceWall(ms: number): void;
  /** Lets everything run that waits for promises only. */
  settle(): Promise<void>;
  /** The number of pending sleeps. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** Event loop turns that work may need, e.g. for streams that end over several turns. */
const SETTLE_TURNS = 8;

/**
 * Creates a clock for tests.
 *
 * @param startMs Wall-clock milliseconds since the epoch. @defaultValue 2026-01-01T00:00:00Z
 * @example
 * ```ts
 * const clock = createTestClock();
 * const slept = clock.sleep(5_000);
 * await clock.advance(5_000);
 * await slept;
 * ```
 */
export function createTestClock(startMs: number = Date.UTC(2026, 0, 1)): TestClock {
  let elapsedMs = 0;
  let frozenMs = 0;
  const sleepers = new Set<Sleeper>();
  const settle = async () => {
    for (let round = 0; round < SETTLE_TURNS; round += 1) await new Promise(setImmediate);
  };
  const firstDue = (): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) if (first === undefined || sleeper.dueAt < first.dueAt) first = sleeper;
    return first;
  };
  return {
    now: () => startMs + elapsedMs + frozenMs,
    monotonic: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          dueAt: elapsedMs + ms,
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    settle,
    async advance(ms) {
      const end = elapsedMs + ms;
      await settle();
      for (let next = firstDue(); next !== undefined && next.dueAt <= end; next = firstDue()) {
        elapsedMs = Math.max(elapsedMs, next.dueAt);
        next.wake();
        await settle();
      }
      elapsedMs = end;
      await settle();
    },
    advanceWall(ms) {
      frozenMs += ms;
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}
