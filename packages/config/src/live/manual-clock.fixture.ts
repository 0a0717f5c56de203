import type { ConfigClock } from './config-clock.ts';

export interface ManualClock extends ConfigClock {
  /** Moves both clocks on, waking who sleeps, in order. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as thawing does. */
  thaw(ms: number): void;
  readonly sleepers: number;
}

const turns = async () => {
  for (let turn = 0; turn < 8; turn += 1) await new Promise(setImmediate);
};

/** Stands still until it is told to move. */
export function manualClock(): ManualClock {
  let at = 0;
  let frozen = 0;
  const sleeping = new Set<{ dueAt: number; wake: () => void }>();
  return {
    now: () => 1_767_225_600_000 + at + frozen,
    monotonic: () => at,
    get sleepers() {
      return sleeping.size;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { dueAt: at + ms, wake: resolve };
        sleeping.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleeping.delete(sleeper);
          reject(signal.reason);
        });
      }),
    thaw: (ms) => {
      frozen += ms;
    },
    advance: async (ms) => {
      const end = at + ms;
      await turns();
      for (;;) {
        const [next] = [...sleeping].toSorted((one, other) => one.dueAt - other.dueAt);
        if (next === undefined || next.dueAt > end) break;
        at = Math.max(at, next.dueAt);
        sleeping.delete(next);
        next.wake();
        await turns();
      }
      at = end;
    },
  };
}
