/** Logger and metrics, bound to the scope. @module @twelvefold/logging */
export { MetricResolution, MetricUnit } from '@aws-lambda-powertools/metrics';
export { createLogger } from './logger/create-logger.ts';

export type { ScopedLogger as Logger } from './logger/scoped-logger.ts';
export { createMetrics } from './metrics/create-metrics.ts';
export type { ScopedMetrics as Metrics } from './metrics/scoped-metrics.ts';
export { createRedactor, type Redactor } from './redact/redactor.ts';
