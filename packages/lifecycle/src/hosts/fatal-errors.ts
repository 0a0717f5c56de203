import type { Clock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';

// biome-ignore lint/suspicious/noExplicitAny: Node types the arguments of each event differently
type Listener = (...args: any[]) => void;

/** The part of `process` that fatal errors need; tests pass their own. */
export interface FatalProcess {
  on(event: FatalEvent, listener: Listener): unknown;
  off(event: FatalEvent, listener: Listener): unknown;
  listeners(event: FatalEvent): unknown[];
  exit(code: number): void;
}

type FatalEvent = 'uncaughtException' | 'unhandledRejection';

const ORIGINS: Readonly<Record<FatalEvent, string>> = {
  uncaughtException: 'uncaught exception',
  unhandledRejection: 'unhandled rejection',
};

export interface FatalErrorOptions {
  process: FatalProcess;
  clock: Clock;
  /** Logs the error. Called for each one; what it throws is ignored. */
  onFatal: (error: unknown, origin: string) => void;
  /** Saves what would be lost with the process. Called with the first error. */
  flush: (error: unknown) => Promise<unknown>;
  /** Milliseconds that `flush` may take. @defaultValue 200 */
  flushMs?: number;
  /** Makes an error that may be printed: it goes to listeners that were there before. */
  redact: (error: unknown) => unknown;
}

/** Lambda gives a process that ends no time, and a caller waits for it. */
const FLUSH_MS = 200;

/**
 * Ends the process after an error that was not caught, as Node does, but logged and with its
 * metrics. Node's output of such an error contains its text and its properties, and so any secret
 * in them.
 *
 * The exit code is Node's 1. Listeners that were there before are replaced: AWS's runtime client
 * (3.x) has some, which print the error, report it to Lambda and exit. They get the redacted error
 * afterwards.
 *
 * @returns a function that restores those listeners.
 */
export function endOnFatalError(options: FatalErrorOptions): () => void {
  const { process, clock, onFatal, flush, flushMs = FLUSH_MS, redact } = options;
  let isEnding = false;
  const end = async (event: FatalEvent, error: unknown, previous: readonly Listener[]) => {
    if (isEnding) return;
    isEnding = true;
    await new Promise<void>((resolve) => {
      const cancel = after(clock, flushMs, resolve);
      const done = () => {
        cancel();
        resolve();
      };
      Promise.resolve(error).then(flush).then(done, done);
    });
    if (previous.length === 0) process.exit(1);
    const safe = redact(error);
    // The second argument of Node's events: the origin, or the promise that was rejected, which
    // holds the error.
    for (const listener of previous) listener(safe, event === 'uncaughtException' ? event : Promise.resolve());
  };
  const restore = (['uncaughtException', 'unhandledRejection'] as const).map((event) => {
    const previous = process.listeners(event) as Listener[]; // of this event
    for (const listener of previous) process.off(event, listener);
    const listener = (error: unknown) => {
      try {
        onFatal(error, ORIGINS[event]);
      } catch {
        // A log that cannot be written must not keep the process from ending.
      }
      void end(event, error, previous);
    };
    process.on(event, listener);
    return () => {
      process.off(event, listener);
      for (const one of previous) process.on(event, one);
    };
  });
  return () => {
    for (const each of restore) each();
  };
}
