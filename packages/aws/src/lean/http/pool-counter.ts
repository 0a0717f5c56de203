/** Counts of a pool of connections since the last call. */
export interface PoolCounts {
  /** The most connections that were in use at once. */
  readonly busy: number;
  /** Connections that are open and unused now. */
  readonly idle: number;
  /** The most calls that waited for a connection at once. */
  readonly waiting: number;
  /**
   * Milliseconds that opening each new connection took, TLS included; of more than 100 the newest.
   */
  readonly connectMs: readonly number[];
  /** Milliseconds that each call waited which had to; of more than 100 the newest. */
  readonly waitMs: readonly number[];
}

/** EMF takes as many values of one metric in a line. */
const MOST_TIMES = 100;

export interface PoolCounter {
  busy(connections: number): void;
  waiting(calls: number): void;
  connected(ms: number): void;
  waited(ms: number): void;
  /** Returns the counts and starts anew from `now`. */
  take(now: { readonly busy: number; readonly idle: number; readonly waiting: number }): PoolCounts;
}

export function createPoolCounter(): PoolCounter {
  let busy = 0;
  let waiting = 0;
  let connectMs: number[] = [];
  let waitMs: number[] = [];
  const add = (times: number[], ms: number) => {
    // A clock that was set back says nothing of how long it took.
    times.push(Math.max(0, ms));
    if (times.length > MOST_TIMES) times.shift();
  };
  return {
    busy: (connections) => {
      if (connections > busy) busy = connections;
    },
    waiting: (calls) => {
      if (calls > waiting) waiting = calls;
    },
    connected: (ms) => add(connectMs, ms),
    waited: (ms) => add(waitMs, ms),
    take: (now) => {
      const counts = { busy, idle: now.idle, waiting, connectMs, waitMs };
      ({ busy, waiting } = now);
      connectMs = [];
      waitMs = [];
      return counts;
    },
  };
}
