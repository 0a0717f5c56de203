import type { Logger, Metrics } from '@twelvefold/logging';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { bufferSettings } from './buffer-settings.ts';

export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface TelemetryOptions {
  app: string;
  env: Readonly<Record<string, string | undefined>>;
  format: 'json' | 'pretty';
  facts: Readonly<Record<string, unknown>>;
  /** Writes the lines of one turn of the event loop together: for services. @defaultValue false */
  gather?: boolean;
  /** Where lines go. @defaultValue standard output */
  write?: (line: string) => void;
}

/**
 * One logger and one set of metrics for the process; both find their scope by themselves and share
 * what is secret.
 */
export function createTelemetry({ app, env, format, facts, gather = false, write }: TelemetryOptions): Telemetry {
  const output = write ? { write } : {};
  const color = format === 'pretty' && !env.NO_COLOR;
  const { buffer, warnings } = bufferSettings(env);
  const logger = createLogger({
    service: app,
    env,
    format,
    color,
    facts,
    gather,
    ...(buffer ? { buffer } : {}),
    ...output,
  });
  for (const warning of warnings) logger.warn(warning);
  return {
    logger,
    metrics: createMetrics({
      // Stages of one account share no metric: an alarm of one would fire for another.
      namespace: env.TWELVEFOLD_STAGE ? `${app}-${env.TWELVEFOLD_STAGE}` : app,
      service: app,
      format,
      color,
      logger,
      redactor: logger.redactor,
      ...output,
    }),
  };
}
