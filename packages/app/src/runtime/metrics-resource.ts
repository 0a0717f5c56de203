import type { Clock, Resource } from '@twelvefold/lifecycle';
import type { Metrics } from '@twelvefold/logging';

/** Work of hours shows up while it goes on. */
const EVERY_MS = 60_000;

/** Publishes the metrics of a long-running process: every minute those gathered so far, and at the drain whatever there is. */
export function metricsResource(metrics: Metrics, clock: Clock): Resource {
  const stopped = new AbortController();
  let running = Promise.resolve();
  const run = async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(EVERY_MS, stopped.signal).catch(() => {}); // the last turn
      await metrics.flush('open');
    }
  };
  return {
    name: 'metrics',
    start: () => {
      running = run();
    },
    flush: () => metrics.flush('open'),
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}
