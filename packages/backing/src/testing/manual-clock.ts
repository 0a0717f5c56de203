import type { Clock } from '@twelvefold/lifecycle';

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  /** Moves forward by `ms`, waking sleepers in order and letting what they cause run in between. */
  advance(ms: number): Promise<void>;
  /** Lets everything run that waits for nothing but promises. */
  settle(): Promise<void>;
  /** Sleepers right now. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  let elapsed = 0;
  const sleepers = new Set<Sleeper>();
  // Promise jobs all run before the next immediate.
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          dueAt: elapsed + ms,
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
      const end = elapsed + ms;
      await settle();
      for (;;) {
        let first: Sleeper | undefined;
        for (const sleeper of sleepers) if (first === undefined || sleeper.dueAt < first.dueAt) first = sleeper;
        if (first === undefined || first.dueAt > end) break;
        elapsed = Math.max(elapsed, first.dueAt);
        first.wake();
        await settle();
      }
      elapsed = end;
      await settle();
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}
