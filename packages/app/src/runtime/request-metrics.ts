import type { Clock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import type { RequestOutcome } from '@twelvefold/lifecycle/internal';
import type { Metrics } from '@twelvefold/logging';
import { createSample } from './create-sample.ts';

export interface RequestMetrics {
  /** Counts an answered request. */
  count(outcome: Pick<RequestOutcome, 'status' | 'durationMs'>): void;
  /** Publishes what has been counted. Nothing when nothing has happened. */
  publish(): Promise<void>;
  /** Publishes every ten seconds until the signal aborts, and then once more. */
  run(signal: AbortSignal): Promise<void>;
}

export interface RequestMetricsOptions {
  metrics: Metrics;
  component: string;
  clock: Clock;
  /** 0 to below 1, for the sample. */
  random: () => number;
}

const EVERY_MS = 10_000;

/**
 * The metrics of an HTTP component, gathered over many requests: one EMF line per ten seconds or
 * per Lambda event, under the dimension `component`. `requests`, `requestErrors` (answers of 500
 * and above; also none of them, for an alarm on the rate) and `requestTime` in milliseconds.
 */
export function createRequestMetrics({ metrics, component, clock, random }: RequestMetricsOptions): RequestMetrics {
  let requests = 0;
  let errors = 0;
  let times = createSample(random);

  const publish = async () => {
    if (requests === 0) return;
    const counted = { requests, errors, times: times.values };
    requests = 0;
    errors = 0;
    times = createSample(random);
    // A separate scope: metrics of a scope are published at its end, under its dimensions.
    await runInScope({ kind: 'invoke', component }, () => {
      metrics.addDimension('component', component);
      metrics.addMetric('requests', 'Count', counted.requests);
      metrics.addMetric('requestErrors', 'Count', counted.errors);
      for (const ms of counted.times) metrics.addMetric('requestTime', 'Milliseconds', ms);
    });
  };

  return {
    count({ status, durationMs }) {
      requests += 1;
      if (status >= 500) errors += 1;
      times.add(durationMs);
    },
    publish,
    async run(signal) {
      while (!signal.aborted) {
        await clock.sleep(EVERY_MS, signal).catch(() => {}); // the last turn
        await publish();
      }
    },
  };
}
