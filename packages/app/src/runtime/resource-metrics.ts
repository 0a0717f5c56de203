import type { ResourceMetrics } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import type { Metrics } from '@twelvefold/logging';
import { createSample } from './create-sample.ts';

/** The counters of a process's clients. */
export interface ResourceMetricsBook {
  /** The page of one resource, as one component uses it. */
  of(component: string, resource: string): ResourceMetrics;
  /**
   * Publishes what has been counted, a line per resource; nothing for a resource that was not
   * used.
   */
  publish(): Promise<void>;
  /** The same, at most every ten seconds: what a function calls at the end of each invocation. */
  publishIfDue(): Promise<void>;
}

export interface ResourceMetricsOptions {
  metrics: Metrics;
  clock: Pick<Clock, 'now'>;
  /** 0 to below 1, for the sample. */
  random: () => number;
}

/**
 * An environment that Lambda ends without a signal loses the counts of this long at most; a line
 * per invocation would double the logs of many functions.
 */
const EVERY_MS = 10_000;

interface Page {
  readonly component: string;
  readonly resource: string;
  readonly counts: Map<string, number>;
  readonly times: Map<string, ReturnType<typeof createSample>>;
}

/**
 * The metrics that clients of backing services count, gathered over many operations, one EMF line
 * per resource.
 */
export function createResourceMetrics({ metrics, clock, random }: ResourceMetricsOptions): ResourceMetricsBook {
  const pages: Page[] = [];
  let publishedAt = Number.NEGATIVE_INFINITY;

  const publish = async () => {
    publishedAt = clock.now();
    for (const { component, resource, counts, times } of pages) {
      const counted = [...counts];
      const timed = [...times].map(([name, { values }]) => [name, values] as const);
      counts.clear();
      times.clear();
      if (counted.length + timed.length === 0) continue;
      // A separate scope: metrics of a scope are published at its end, under its dimensions.
      await runInScope({ kind: 'invoke', component }, () => {
        metrics.addDimension('component', component);
        metrics.addDimension('resource', resource);
        for (const [name, count] of counted) metrics.addMetric(name, 'Count', count);
        for (const [name, values] of timed) for (const ms of values) metrics.addMetric(name, 'Milliseconds', ms);
      });
    }
  };
  return {
    of: (component, resource) => {
      const counts: Page['counts'] = new Map();
      const times: Page['times'] = new Map();
      pages.push({ component, resource, counts, times });
      return {
        count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
        time: (name, ms) => {
          const sample = times.get(name) ?? createSample(random);
          times.set(name, sample);
          sample.add(ms);
        },
      };
    },
    publish,
    publishIfDue: async () => {
      const sinceMs = clock.now() - publishedAt;
      // A clock that was set back does not show how much time has passed.
      if (sinceMs >= EVERY_MS || sinceMs < 0) await publish();
    },
  };
}
