import type { Clock } from '@twelvefold/core';
import type { Resource } from '@twelvefold/lifecycle';
import type { Metrics } from '@twelvefold/logging';

/** Work of hours shows up while it goes on. */
const EVERY_MS = 60_000;

/**
 * Publishes the metrics of a long-running process: every minute those gathered so far, and at the
 * drain whatever there is, each time after `gather` has added its own.
 */
export function metricsResource(metrics: Metrics, clock: Clock, gather: () => Promise<void>): Resource {
  const stopped = new AbortController();
  let running = Promise.resolve();
  const run = async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(EVERY_MS, stopped.signal).catch(() => {}); // the last turn
      if (!stopped.signal.aborted) await gather();
      await metrics.flush('open');
    }
  };
  return {
    name: 'metrics',
    start: () => {
      running = run();
    },
    flush: async () => {
      await gather();
      await metrics.flush('open');
    },
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}
