import type { Clock } from './clock.ts';

/** A clock that stands still until it is advanced. For tests. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, waking sleepers in order, and lets what they woke run. */
  advance(ms: number): Promise<void>;
  /** How many sleeps are pending. */
  readonly sleepers: number;
}

/** Starts at `startMs` (default: 2026-01-01T00:00:00Z). */
export function createFakeClock(startMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsed = 0;
  const sleeping = new Set<{ dueAt: number; wake: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  };
  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    get sleepers() {
      return sleeping.size;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          sleeping.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          dueAt: elapsed + ms,
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleeping.add(sleeper);
      }),
    advance: async (ms) => {
      const end = elapsed + ms;
      await settle();
      for (;;) {
        const next = [...sleeping].sort((a, b) => a.dueAt - b.dueAt)[0];
        if (!next || next.dueAt > end) break;
        elapsed = Math.max(elapsed, next.dueAt);
        sleeping.delete(next);
        next.wake();
        await settle();
      }
      elapsed = end;
    },
  };
}
