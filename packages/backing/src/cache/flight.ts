import type { Deadline } from '@twelvefold/core';
import type { LoadContext } from './port.ts';

/** One that waits for a load. */
export interface Caller {
  /** The wait ends with the first that aborts. */
  readonly signals: readonly AbortSignal[];
  readonly deadline: Deadline;
}

/** One load that any number of callers wait for. */
export interface Flight<T> {
  /** Waits for the result; rejects with a signal's reason as soon as it aborts. */
  join(caller: Caller): Promise<T>;
  /** Resolves when the load has ended, well or not. */
  readonly ended: Promise<void>;
}

/**
 * Starts a load for a first caller, who joins as the others do. No caller owns it: it goes on
 * while any of them waits.
 *
 * @param onAbandoned called when the last caller has gone, before the load's signal aborts
 */
export function startFlight<T>(
  first: Caller,
  load: (context: LoadContext) => Promise<T>,
  onAbandoned: () => void,
): Flight<T> {
  const callers = new Set([first]);
  const abandoned = new AbortController();
  let over = false;
  const deadline: Deadline = {
    remainingMs: () => Math.max(0, ...[...callers].map((caller) => caller.deadline.remainingMs())),
  };
  const result = load({ signal: abandoned.signal, deadline });
  const ended = result.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );

  return {
    ended,
    join: (caller) => {
      callers.add(caller);
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const stopWatching = onFirstAbort(caller.signals, (reason) => {
        reject(reason);
        callers.delete(caller);
        if (callers.size > 0 || over) return;
        onAbandoned();
        abandoned.abort(reason);
      });
      result.then(resolve, reject);
      ended.then(stopWatching);
      return promise;
    },
  };
}

/**
 * Calls back with the reason of the first signal that aborts, at most once. The returned function
 * ends the watch.
 */
function onFirstAbort(signals: readonly AbortSignal[], callback: (reason: unknown) => void): () => void {
  const stop = () => {
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  };
  function onAbort(event: Event) {
    stop();
    callback((event.target as AbortSignal).reason); // only signals are watched
  }
  for (const signal of signals) signal.addEventListener('abort', onAbort);
  return stop;
}
