import { inspect } from 'node:util';
import type { AwsPort } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import { systemClock } from '@twelvefold/core';
import { createLifecycle } from '@twelvefold/lifecycle';
import { endOnFatalError } from '@twelvefold/lifecycle/internal';
import type { HostProfile } from '@twelvefold/lifecycle/internal/service';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { HostOptions } from '../app-resource.ts';
import { appResources, CONFIG_RESOURCE } from '../app-resource.ts';
import type { AppIdentity, TaskComponent } from '../component.ts';
import type { CountedPort } from '../runtime/counted-port.ts';
import { countedPort } from '../runtime/counted-port.ts';
import { failureReport } from '../runtime/failure-report.ts';
import type { FatalLegs } from '../runtime/fatal-legs.ts';
import { createFatalLegs, legsFlush } from '../runtime/fatal-legs.ts';
import type { Runtime } from '../runtime/open-runtime.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { createTelemetry } from '../runtime/telemetry.ts';
import { withoutSecrets } from '../runtime/without-secrets.ts';

/** How long a person waits for an endpoint that is down. */
const RETRY_FOR_MS = 5_000;

/** Log and metrics of one command, on standard error: standard output is for results. */
export interface AdminTelemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly fatal: FatalLegs;
}

export function adminTelemetry(app: AppIdentity, profile: HostProfile): AdminTelemetry {
  const { env } = process;
  const { logger, metrics } = createTelemetry({
    app: app.name,
    env,
    format: profile.logFormat,
    facts: profile.facts,
    write: (line) => void process.stderr.write(`${line}\n`),
  });
  const fatal = createFatalLegs();
  // Until the process ends: a rejection may surface after the task. Nothing before this reads a
  // secret.
  endOnFatalError({
    process,
    clock: systemClock,
    onFatal: failureReport({ logger, terminal: undefined }),
    ...legsFlush({ legs: fatal, metrics, clock: systemClock }),
    redact: (error) => withoutSecrets(error, logger.redactor, inspect),
  });
  return { logger, metrics, fatal };
}

/** A task with everything that it needs. */
export interface OpenedTask {
  readonly runtime: Runtime;
  readonly port: CountedPort;
  readonly aws: AwsPort;
}

/** Opens a task's config, clients and resources, does the work, and closes them. */
export async function withTask<R>(
  component: TaskComponent,
  options: HostOptions<never>,
  { logger, metrics, profile, signal }: Omit<AdminTelemetry, 'fatal'> & { profile: HostProfile; signal: AbortSignal },
  work: (opened: OpenedTask) => Promise<R>,
): Promise<R> {
  const { env } = process;
  const resources = appResources(options, { config: () => runtime.config(), logger });
  const aws = createAws({ env, logger });
  const port = countedPort(aws, component);
  const runtime = await openRuntime(component.app, [component], {
    env,
    aws: port.aws,
    identity: aws,
    host: profile,
    logger,
    metrics,
    clock: systemClock,
    random: Math.random,
    retryForMs: RETRY_FOR_MS,
    caller: component.name,
    signal,
  });
  const lifecycle = createLifecycle({ budgetMs: profile.budgetMs });
  lifecycle.register({
    name: CONFIG_RESOURCE,
    ...(runtime.drain ? { drain: runtime.drain } : {}),
    flush: async (flushSignal) => {
      await runtime.flush?.(flushSignal);
      await runtime.resourceMetrics.publish();
      await metrics.flush('open');
    },
    stop: async (stopSignal) => {
      try {
        await runtime.stop(stopSignal);
      } finally {
        aws.close();
      }
    },
  });
  for (const resource of resources) lifecycle.register(resource);
  try {
    await lifecycle.start(signal);
    return await work({ runtime, port, aws });
  } catch (error) {
    throw withoutSecrets(error, logger.redactor, inspect);
  } finally {
    const report = await lifecycle.stop('task ended');
    if (resources.length > 0) logger.info('shutdown report', { shutdown: report });
  }
}
