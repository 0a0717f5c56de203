import { TwelvefoldError } from '@twelvefold/core';

/** Lets a limited number of loads run at once. */
export interface LoadGate {
  /**
   * Resolves when it is this load's turn, with the function that ends the turn. Rejects with the
   * signal's reason.
   *
   * @throws TwelvefoldError `CACHE_OVERLOADED` when too many wait
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

/**
 * Each waiting load holds at least one caller, so a longer queue is a process that cannot keep up.
 */
const MOST_WAITING = 1_000;

/**
 * Without a cache, every request would load: a database that the cache protects would fail next.
 */
export function createLoadGate(limit: number, subject: string): LoadGate {
  let running = 0;
  const waiting = new Set<() => void>();

  const leave = () => {
    running -= 1;
    const [next] = waiting;
    next?.();
  };
  const take = () => {
    running += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
    };
  };
  return {
    enter: (signal) => {
      if (running < limit) return Promise.resolve(take());
      if (waiting.size >= MOST_WAITING) {
        throw new TwelvefoldError(
          'CACHE_OVERLOADED',
          `Cannot load for ${subject}: its server is down, ${limit} loads run and ${MOST_WAITING} wait; raise 'loadsWhenDown' if the source can take more`,
        );
      }
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiting.delete(begin);
          reject(signal.reason);
        };
        const begin = () => {
          waiting.delete(begin);
          signal.removeEventListener('abort', onAbort);
          resolve(take());
        };
        waiting.add(begin);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
