import { getStringFromEnv, getXRayTraceIdFromEnv } from '@aws-lambda-powertools/commons/utils/env';
import { LogFormatter, LogItem, LogLevelThreshold } from '@aws-lambda-powertools/logger';
import type { Clock, Duration } from '@twelvefold/core';
import { durationMs, systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { pretty } from '../output/pretty.ts';
import { DROPPED, stdout } from '../output/stdout.ts';
import type { Redactor } from '../redact/redactor.ts';
import { createRedactor } from '../redact/redactor.ts';
import type { SerializeLimits } from '../serialize/limits.ts';
import { DEFAULT_LIMITS } from '../serialize/limits.ts';
import { BUFFER_BYTES } from './child-settings.ts';
import type { LevelName } from './level.ts';
import { levelName, thresholdOf } from './level.ts';
import { ScopedLogger } from './scoped-logger.ts';
import type { LoggerSettings } from './settings.ts';

/**
 * Lines that are held back inside a scope and written only when that scope logs an error, fails, or
 * is slow.
 */
export interface BufferOptions {
  /** Up to which level lines are held back. @defaultValue 'DEBUG' */
  level?: LevelName;
  /**
   * Bytes per scope; over it the oldest lines go, and how many went is said. @defaultValue 20480
   */
  maxBytes?: number;
  /** A scope that takes as long from its first line to its end is slow. @defaultValue never */
  slow?: Duration;
}

export interface LoggerOptions {
  /**
   * Names the app in every line. @defaultValue POWERTOOLS_SERVICE_NAME, else `service_undefined`
   */
  service?: string;
  /**
   * @defaultValue POWERTOOLS_LOG_LEVEL, else LOG_LEVEL, else `INFO`; AWS_LAMBDA_LOG_LEVEL overrides
   * all of them
   */
  level?: LevelName;
  /**
   * Fields of every line, e.g. the host's facts: region, task, version.
   * @defaultValue {}
   */
  facts?: Readonly<Record<string, unknown>>;
  /** Further keys whose values are redacted (see `createRedactor`). @defaultValue [] */
  redact?: readonly string[];
  /**
   * Share it between loggers, metrics and the code that loads secrets. @defaultValue a new one with
   * the keys of `redact`
   */
  redactor?: Redactor;
  /**
   * Where a line goes, without its line feed; what it throws is dropped. @defaultValue standard
   * output, all levels
   */
  write?: (line: string, level: string) => void;
  /** `json` is Powertools' line, `pretty` is for people at a terminal. @defaultValue 'json' */
  format?: 'json' | 'pretty';
  /**
   * Colours of the pretty format. Whether the terminal wants them (NO_COLOR, a pipe) is for the
   * caller to know. @defaultValue false
   */
  color?: boolean;
  /**
   * Share of flows, 0 to 1, that log at DEBUG. Decided by the correlation id, so it is the same in
   * every component; messages and `traceHeaders()` carry it on. With 0 no flow does, also if the
   * caller chose it. @defaultValue POWERTOOLS_LOGGER_SAMPLE_RATE, else 0
   */
  sampleRate?: number;
  /** Holds lines back inside scopes that go well. @defaultValue none */
  buffer?: BufferOptions;
  /** @defaultValue depth 10, 250 entries, strings of 16384 characters, lines of 262118 bytes */
  limits?: Partial<SerializeLimits>;
  /** Where variables come from. @defaultValue the process environment, read once */
  env?: Env;
  /** @defaultValue systemClock */
  clock?: Pick<Clock, 'now'>;
  /**
   * Writes the lines of one turn of the event loop together, which costs a service a fraction of a
   * write per line. A line at ERROR or above leaves at once with those before it; a process that is
   * killed by SIGKILL loses the lines of that turn. For standard output only. @defaultValue false
   */
  gather?: boolean;
}

/** Levels whose lines never wait for the end of a turn. */
const URGENT = new Set(['ERROR', 'CRITICAL']);

const KNOWN_OPTIONS = [
  'service',
  'level',
  'facts',
  'redact',
  'redactor',
  'write',
  'format',
  'color',
  'sampleRate',
  'buffer',
  'limits',
  'env',
  'clock',
  'gather',
] as const satisfies ReadonlyArray<keyof LoggerOptions>;

/**
 * Makes a Powertools Logger that is safe when invocations overlap: inside an invocation scope keys,
 * level and Lambda context are that scope's alone, and each line carries `correlation_id`,
 * `component`, `kind` and the trace.
 *
 * All levels go to one stream, standard output, so that their order is kept and Lambda and ECS show
 * the same; Powertools sends warnings and errors to standard error.
 *
 * @throws TypeError for an unknown option, level or sample rate.
 * @example
 * ```ts
 * const logger = createLogger({ service: 'orders', facts: { version: '1.4.2' } });
 * logger.appendKeys({ tenant: 't-1' });
 * logger.info('Order placed', { orderId: 'o-1' });
 * ```
 */
export function createLogger(options: LoggerOptions = {}): ScopedLogger {
  assertKnownOptions('create logger', options, KNOWN_OPTIONS);
  const env = envReader(options.env);
  const clock = options.clock ?? systemClock;
  const facts = { ...options.facts };
  const redactor = options.redactor ?? createRedactor({ keys: options.redact ?? [] });
  if (options.redactor && options.redact) {
    throw new TypeError("Cannot create logger: give 'redact' to createRedactor when you bring a redactor");
  }
  const level = resolveLevel(options.level, env);
  const formatter = new LineFormatter();
  // With TZ set to anything but UTC Powertools writes local time with its offset, at the cost of
  // Intl on every line.
  const probe = new Date(0);
  const utc = formatter.formatTimestamp(probe) === probe.toISOString();
  const hidden = new Set(Object.keys(facts));
  const color = options.color ?? false;
  const settings: LoggerSettings = {
    service: options.service || env('POWERTOOLS_SERVICE_NAME') || 'service_undefined',
    environment: env('ENVIRONMENT'),
    threshold: level.threshold,
    pinned: level.pinned,
    sampleRate: sampleRate(options.sampleRate, env),
    redactor,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    now: () => clock.now(),
    formatTimestamp: utc ? isoTimestamps() : (ms) => formatter.formatTimestamp(new Date(ms)),
    platformTrace: platformTrace(),
    locate: (stack) => formatter.getCodeLocation(stack),
    json: options.format !== 'pretty',
    render:
      options.format === 'pretty' ? (entry) => pretty(entry, { color, hidden }) : (entry) => JSON.stringify(entry),
    write: options.write ?? ((line, level) => stdout(droppedLine).write(line, URGENT.has(level))),
    flush: options.write ? () => Promise.resolve() : () => stdout().flush(),
    buffer: options.buffer && {
      threshold: thresholdOf(options.buffer.level) ?? LogLevelThreshold.DEBUG,
      maxBytes: options.buffer.maxBytes ?? BUFFER_BYTES,
      flushOnError: true,
      slowMs: options.buffer.slow === undefined ? Number.POSITIVE_INFINITY : durationMs(options.buffer.slow),
    },
    formatter: undefined,
    replacer: undefined,
    order: undefined,
    search: undefined,
  };
  const droppedLine = (lines: number, bytes: number) =>
    settings.render({
      level: 'WARN',
      message: DROPPED,
      timestamp: settings.formatTimestamp(settings.now()),
      service: settings.service,
      dropped_lines: lines,
      dropped_bytes: bytes,
    });
  if (options.gather && !options.write) stdout(droppedLine).gather();
  const logger = new ScopedLogger(settings, facts);
  for (const warning of level.warnings) logger.warn(warning);
  return logger;
}

/** Powertools' base formatter, for its timestamps and code locations. */
class LineFormatter extends LogFormatter {
  override formatAttributes(): LogItem {
    return new LogItem({ attributes: {} });
  }
}

function resolveLevel(option: string | undefined, env: (key: string) => string) {
  const wanted = thresholdOf(option);
  if (option !== undefined && wanted === undefined) {
    throw new TypeError(
      `Cannot create logger: unknown level ${JSON.stringify(option)}; known: ${Object.keys(LogLevelThreshold).join(', ')}`,
    );
  }
  const warnings: string[] = [];
  const fromEnv = (key: string): number | undefined => {
    const value = env(key);
    const threshold = thresholdOf(value);
    // A typing error in a deployment must not keep the app from starting, nor pass unseen.
    if (value !== '' && threshold === undefined) warnings.push(`Ignored ${key}: there is no log level of that name`);
    return threshold;
  };
  const platform = fromEnv('AWS_LAMBDA_LOG_LEVEL');
  const configured = wanted ?? fromEnv('POWERTOOLS_LOG_LEVEL') ?? fromEnv('LOG_LEVEL');
  if (platform !== undefined && configured !== undefined && configured < platform) {
    warnings.push(
      `Current log level (${levelName(configured)}) does not match AWS Lambda Advanced Logging Controls minimum log level (${levelName(platform)}). This can lead to data loss, consider adjusting them.`,
    );
  }
  return { threshold: platform ?? configured ?? LogLevelThreshold.INFO, pinned: platform !== undefined, warnings };
}

function sampleRate(option: number | undefined, env: (key: string) => string): number {
  const rate = option ?? Number(env('POWERTOOLS_LOGGER_SAMPLE_RATE') || 0);
  if (!(rate >= 0 && rate <= 1)) throw new TypeError('Cannot create logger: the sample rate is a number from 0 to 1');
  return rate;
}

/**
 * Makes a function that reads the X-Ray trace id of the current invocation, from the environment or
 * Lambda's invoke store. Outside Lambda the id cannot change, so a process without one looks only
 * once: a read of the environment costs a tenth of a log line.
 */
function platformTrace(): () => string | undefined {
  const isSet = (key: string) => getStringFromEnv({ key, defaultValue: '' }) !== '';
  return isSet('AWS_LAMBDA_FUNCTION_NAME') || isSet('_X_AMZN_TRACE_ID') ? getXRayTraceIdFromEnv : () => undefined;
}

/** Environment variables as an object, e.g. `process.env`. */
type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables from `env`, else from the process environment the way Powertools does. Trimmed;
 * empty when unset.
 */
function envReader(env: Env | undefined): (key: string) => string {
  return env ? (key) => env[key]?.trim() ?? '' : (key) => getStringFromEnv({ key, defaultValue: '' });
}

/**
 * Makes a function that writes times as `Date.prototype.toISOString` does. Most lines share their
 * second with the one before, in a burst their millisecond too, whose text is kept.
 */
export function isoTimestamps(): (ms: number) => string {
  let last = Number.NaN;
  let lastText = '';
  let second = Number.NaN;
  let text = '';
  return (ms) => {
    if (ms === last) return lastText;
    const whole = Math.trunc(ms);
    const rest = whole % 1_000;
    // Before 1970 the remainder is negative. For NaN toISOString throws.
    if (!(rest >= 0)) return new Date(ms).toISOString();
    if (whole - rest !== second) {
      text = new Date(whole).toISOString().slice(0, -'123Z'.length);
      second = whole - rest;
    }
    last = ms;
    lastText = `${text}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
    return lastText;
  };
}
