export { createLogger, type LoggerOptions } from './logger/create-logger.ts';
export type { LevelName } from './logger/level.ts';
export type { ScopedLogger as Logger } from './logger/scoped-logger.ts';
export { createRedactor, type Redactor, type RedactorOptions } from './redact/redactor.ts';
export type { SerializeLimits } from './serialize/limits.ts';
