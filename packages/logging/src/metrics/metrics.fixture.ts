import type { MetricsOptions } from './create-metrics.ts';
import { createMetrics } from './create-metrics.ts';

export const AT = Date.UTC(2026, 10, 22, 10, 11, 12);

export interface Emf {
  [field: string]: unknown;
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: [{ Namespace: string; Dimensions: string[][]; Metrics: Array<{ Name: string }> }];
  };
}

export function recorded(options: Partial<MetricsOptions> = {}) {
  const texts: string[] = [];
  const warnings: string[] = [];
  const metrics = createMetrics({
    namespace: 'Orders',
    service: 'orders',
    clock: { now: () => AT },
    logger: { warn: (message) => warnings.push(message) },
    write: (line) => texts.push(line),
    ...options,
  });
  return { metrics, warnings, texts, objects: () => texts.map((text) => JSON.parse(text) as Emf) };
}
