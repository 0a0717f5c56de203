import type { ConnectionCounts } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import type { Metrics } from '@twelvefold/logging';

export interface ProcessMetrics {
  /** Publishes what there is to say since the last time. */
  publish(): Promise<void>;
  /**
   * The same, but once a minute unless a connection was opened or waited for: what a function calls
   * at the end of each invocation, where one line more for each would double what many write.
   */
  publishIfDue(): Promise<void>;
}

export interface ProcessMetricsOptions {
  metrics: Metrics;
  /** The component of a function, `service` for a process of several. */
  component: string;
  clock: Pick<Clock, 'now'>;
  /** Each returns the connection counts of a pool since its last call. */
  pools: ReadonlyArray<() => Iterable<ConnectionCounts>>;
  /** Milliseconds since the config was last known to be right; `undefined` where there is none. */
  configAgeMs: () => number | undefined;
}

const EVERY_MS = 60_000;
/** EMF takes as many values of one metric in a line. */
const MOST_TIMES = 100;

/**
 * Publishes metrics of the process: `configAge`, and under the dimension `pool` of each pool of
 * connections that was used `connectionsBusy`, `connectionsIdle`, `connectionsWaiting`,
 * `connectTime` and `connectionWait`.
 */
export function createProcessMetrics(options: ProcessMetricsOptions): ProcessMetrics {
  const { metrics, component, clock, pools, configAgeMs } = options;
  const gathered = new Map<string, ConnectionCounts>();
  let publishedAt = Number.NEGATIVE_INFINITY;

  const gather = () => {
    for (const take of pools) {
      for (const counts of take()) {
        const before = gathered.get(counts.name);
        if (before || counts.busy > 0 || counts.waiting > 0)
          gathered.set(counts.name, before ? merged(before, counts) : counts);
      }
    }
  };
  const publish = async () => {
    gather();
    const all = [...gathered.values()];
    gathered.clear();
    publishedAt = clock.now();
    const ageMs = configAgeMs();
    // Scopes of their own: metrics of a scope are published at its end, under its dimensions.
    if (ageMs !== undefined) {
      await runInScope({ kind: 'invoke', component }, () => {
        metrics.addDimension('component', component);
        metrics.addMetric('configAge', 'Milliseconds', ageMs);
      });
    }
    for (const { name, busy, idle, waiting, connectMs, waitMs } of all) {
      await runInScope({ kind: 'invoke', component }, () => {
        metrics.addDimension('component', component);
        metrics.addDimension('pool', name);
        metrics.addMetric('connectionsBusy', 'Count', busy);
        metrics.addMetric('connectionsIdle', 'Count', idle);
        metrics.addMetric('connectionsWaiting', 'Count', waiting);
        for (const ms of connectMs) metrics.addMetric('connectTime', 'Milliseconds', ms);
        for (const ms of waitMs) metrics.addMetric('connectionWait', 'Milliseconds', ms);
      });
    }
  };
  return {
    publish,
    publishIfDue: async () => {
      gather();
      const sinceMs = clock.now() - publishedAt;
      const news = [...gathered.values()].some(({ connectMs, waitMs }) => connectMs.length + waitMs.length > 0);
      // A clock that was set back says nothing of the time that has passed.
      if (news || sinceMs >= EVERY_MS || sinceMs < 0) await publish();
    },
  };
}

function merged(before: ConnectionCounts, now: ConnectionCounts): ConnectionCounts {
  return {
    name: now.name,
    busy: Math.max(before.busy, now.busy),
    idle: now.idle,
    waiting: Math.max(before.waiting, now.waiting),
    connectMs: [...before.connectMs, ...now.connectMs].slice(-MOST_TIMES),
    waitMs: [...before.waitMs, ...now.waitMs].slice(-MOST_TIMES),
  };
}
