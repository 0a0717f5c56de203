/** For sibling packages, and types that signatures name. May change in any release. @module */
export type { BufferOptions, LoggerOptions } from './logger/create-logger.ts';
export type { LevelName } from './logger/level.ts';
export type { MetricsOptions } from './metrics/create-metrics.ts';
export type { RedactorOptions } from './redact/redactor.ts';
export type { SerializeLimits } from './serialize/limits.ts';
