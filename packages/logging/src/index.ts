export { MetricResolution, MetricUnit } from '@aws-lambda-powertools/metrics';
export { type BufferOptions, createLogger, type LoggerOptions } from './logger/create-logger.ts';
export type { LevelName } from './logger/level.ts';
export type { ScopedLogger as Logger } from './logger/scoped-logger.ts';
export { createMetrics, type MetricsOptions } from './metrics/create-metrics.ts';
export type { ScopedMetrics as Metrics } from './metrics/scoped-metrics.ts';
export { createRedactor, type Redactor, type RedactorOptions } from './redact/redactor.ts';
export type { SerializeLimits } from './serialize/limits.ts';
