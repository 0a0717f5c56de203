import type { LogFormatter } from '@aws-lambda-powertools/logger';
import type { ConstructorOptions, CustomJsonReplacerFn } from '@aws-lambda-powertools/logger/types';
import type { Redactor } from '../redact/redactor.ts';
import type { Locate } from '../serialize/error-fields.ts';
import type { SerializeLimits } from '../serialize/limits.ts';

/** Everything a logger is made of, resolved. A child logger starts from its parent's. */
export interface LoggerSettings {
  service: string;
  environment: string;
  /** The level's number, as in Powertools' `LogLevelThreshold`. */
  threshold: number;
  /** True when Lambda's own log controls set the level: code cannot change it then. */
  pinned: boolean;
  /** Share of flows logged at DEBUG, 0 to 1. */
  sampleRate: number;
  redactor: Redactor;
  limits: SerializeLimits;
  /** Milliseconds since the epoch, as all times here. */
  now(): number;
  formatTimestamp(ms: number): string;
  /** The trace that the platform names for the running invocation. */
  platformTrace(): string | undefined;
  locate: Locate;
  /** True when `render` is `JSON.stringify`. */
  json: boolean;
  render(plain: Record<string, unknown>): string;
  write(line: string, level: string): void;
  flush(): Promise<void>;
  /** `slowMs`: a scope that takes as long writes its lines although nothing failed. */
  buffer: { threshold: number; maxBytes: number; flushOnError: boolean; slowMs: number } | undefined;
  /** Powertools' own extension points, reachable through `createChild`. */
  formatter: LogFormatter | undefined;
  replacer: CustomJsonReplacerFn | undefined;
  order: Iterable<string> | undefined;
  search: ConstructorOptions['correlationIdSearchFn'];
}
