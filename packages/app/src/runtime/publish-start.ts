import { runInScope } from '@twelvefold/lifecycle';
import type { Metrics } from '@twelvefold/logging';

export interface Start {
  /** Milliseconds from the start of the process until it could work. */
  startMs: number;
  /** A caller waited for it. */
  cold: boolean;
}

/**
 * Publishes how long the process took to start, and that it was a cold start: a request waited for
 * it.
 */
export async function publishStart(metrics: Metrics, component: string, { startMs, cold }: Start): Promise<void> {
  await runInScope({ kind: 'invoke', component }, () => {
    metrics.addDimension('component', component);
    if (cold) metrics.addMetric('coldStart', 'Count', 1);
    metrics.addMetric('startTime', 'Milliseconds', Math.round(startMs));
  });
}
