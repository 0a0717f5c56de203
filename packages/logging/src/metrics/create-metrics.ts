import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { prettyMetrics } from '../output/pretty-metrics.ts';
import { stdout } from '../output/stdout.ts';
import type { Redactor } from '../redact/redactor.ts';
import { createRedactor } from '../redact/redactor.ts';
import { dimensionBudget } from './dimension-budget.ts';
import { ScopedMetrics } from './scoped-metrics.ts';

export interface MetricsOptions {
  /** CloudWatch namespace, e.g. the app's name. */
  namespace: string;
  /** Becomes the default dimension `service`. */
  service: string;
  /** Further default dimensions, e.g. the stage. @defaultValue {} */
  dimensions?: Readonly<Record<string, string>>;
  /**
   * Different values that one dimension may take in the life of the process. Further values are
   * published as `other`, and `logger` gets one warning per dimension. CloudWatch bills a separate
   * metric for each value. @defaultValue 100
   */
  dimensionValues?: number;
  /** `json` is EMF, `pretty` is for people at a terminal. @defaultValue 'json' */
  format?: 'json' | 'pretty';
  /** Colours of the pretty format. @defaultValue false */
  color?: boolean;
  /**
   * Where a line goes, without its line feed; what it throws is dropped. @defaultValue standard
   * output
   */
  write?: (line: string) => void;
  /**
   * Receives warnings, e.g. about ignored dimensions; for example the app's logger. @defaultValue
   * none
   */
  logger?: { warn(message: string): void };
  /** Cleans metadata and dimension values; give it the logger's. @defaultValue a new one */
  redactor?: Redactor;
  /** @defaultValue systemClock */
  clock?: Pick<Clock, 'now'>;
}

const KNOWN_OPTIONS = [
  'namespace',
  'service',
  'dimensions',
  'dimensionValues',
  'format',
  'color',
  'write',
  'logger',
  'redactor',
  'clock',
] as const satisfies ReadonlyArray<keyof MetricsOptions>;

/**
 * Makes Powertools Metrics that publish in the embedded metric format, one set per invocation
 * scope.
 *
 * POWERTOOLS_METRICS_DISABLED and POWERTOOLS_DEV switch publishing off, as they do in Powertools.
 *
 * @throws TypeError for an unknown option, an empty namespace or service, or a budget that is not a
 * whole number above 0.
 * @example
 * ```ts
 * const metrics = createMetrics({ namespace: 'Orders', service: 'orders' });
 * await runInScope({ kind: 'message', component: 'orders' }, async () => {
 *   metrics.addDimension('tenant', 't-1').addMetric('orderPlaced', MetricUnit.Count, 1);
 * }); // published here, under this scope's dimensions
 * ```
 */
export function createMetrics(options: MetricsOptions): ScopedMetrics {
  assertKnownOptions('create metrics', options, KNOWN_OPTIONS);
  for (const name of ['namespace', 'service'] as const) {
    if (typeof options[name] !== 'string' || options[name].trim() === '') {
      throw new TypeError(`Cannot create metrics: '${name}' is empty`);
    }
  }
  const { dimensionValues = 100 } = options;
  if (!Number.isSafeInteger(dimensionValues) || dimensionValues < 1) {
    throw new TypeError("Cannot create metrics: 'dimensionValues' is not a whole number above 0");
  }
  const clock = options.clock ?? systemClock;
  const { write, logger } = options;
  const print = write ?? ((line: string) => stdout().write(line));
  return new ScopedMetrics({
    namespace: options.namespace,
    defaults: { service: options.service, ...options.dimensions },
    single: false,
    redactor: options.redactor ?? createRedactor(),
    now: () => clock.now(),
    write: options.format === 'pretty' ? (line) => print(prettyMetrics(line, options.color ?? false)) : print,
    flush: write ? () => Promise.resolve() : () => stdout().flush(),
    warn: (message) => logger?.warn(message),
    budgeted: dimensionBudget(dimensionValues, (name) =>
      logger?.warn(
        `Dimension '${name}' has over ${dimensionValues} values, the others are published as 'other': log such values, or raise 'dimensionValues'`,
      ),
    ),
  });
}
