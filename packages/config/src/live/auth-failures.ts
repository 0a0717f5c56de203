import type { Clock } from '@twelvefold/core';
import type { AuthFailureReport, ReportAuthFailure } from './config-change.ts';

/**
 * Between two fetches for refused credentials: at first, and at most after fetches that found
 * nothing new.
 */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

export interface AuthFailureOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly graceMs: number;
  version(): number;
  /** Makes or joins a refresh; never rejects. */
  refresh(): Promise<unknown>;
}

/**
 * Turns reports of refused credentials into refreshes: one at a time for all reporters, none when
 * there is a newer version already, and ever more rarely while nothing new is found. It goes on for
 * the grace period, because a rotation changes a password at the service before it publishes it.
 */
export function createAuthFailures(options: AuthFailureOptions): ReportAuthFailure {
  const { clock, random, graceMs } = options;
  let waitMs = FIRST_WAIT_MS;
  let nextAt = Number.NEGATIVE_INFINITY;
  let looking: { readonly version: number; readonly found: Promise<boolean> } | undefined;

  const look = async (version: number): Promise<boolean> => {
    const until = clock.monotonic() + graceMs;
    for (;;) {
      const delayMs = nextAt - clock.monotonic();
      if (delayMs > 0) {
        if (clock.monotonic() + delayMs > until) return false;
        await clock.sleep(delayMs);
        if (options.version() > version) return true;
      }
      await options.refresh();
      const found = options.version() > version;
      waitMs = found ? FIRST_WAIT_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
      nextAt = clock.monotonic() + waitMs * (0.8 + 0.4 * random());
      if (found) return true;
    }
  };

  return async ({ version = options.version(), signal }: AuthFailureReport = {}) => {
    signal?.throwIfAborted();
    if (options.version() > version) return true;
    if (looking?.version !== version) {
      const lookup = { version, found: look(version) };
      looking = lookup;
      const end = () => {
        if (looking === lookup) looking = undefined;
      };
      lookup.found.then(end, end);
    }
    return signal === undefined ? looking.found : untilAborted(looking.found, signal);
  };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
