import type { ConfigEvent } from '@twelvefold/config/internal';
import type { Logger, Metrics } from '@twelvefold/logging';

/** Logs the outcome of a refresh of the config. A refresh that failed is a metric too, to alarm on. */
export function logConfigEvent(logger: Logger, metrics: Metrics, event: ConfigEvent): void {
  const { kind, reason, version } = event;
  if (kind === 'changed') {
    logger.info('config changed', { config: { version, reason, changed: event.changed } });
  } else if (kind === 'kept') {
    const { why, ageMs, error } = event;
    metrics.addMetric('configKept', 'Count', 1);
    logger.warn(`config kept: the new one is ${why}`, { config: { version, reason, why, age_ms: ageMs }, error });
  }
}
