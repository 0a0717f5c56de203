import { createAws } from '@twelvefold/aws';
import { systemClock } from '@twelvefold/core';
import { createLifecycle } from '@twelvefold/lifecycle';
import { endOnFatalError } from '@twelvefold/lifecycle/internal';
import {
  lambdaProfile,
  onTerminate,
  registerInternalExtension,
  TERMINATE_BUDGET_MS,
} from '@twelvefold/lifecycle/internal/lambda';
import type { LambdaHandler } from '@twelvefold/lifecycle/lambda';
import { lambdaHandler } from '@twelvefold/lifecycle/lambda';
import type { ConfigOfComponent, HostOptions } from '../app-resource.ts';
import { appResources, CONFIG_RESOURCE } from '../app-resource.ts';
import type { Component } from '../component.ts';
import { countedPort } from '../runtime/counted-port.ts';
import { failureReport } from '../runtime/failure-report.ts';
import { createFatalLegs, legsFlush } from '../runtime/fatal-legs.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { createProcessMetrics } from '../runtime/process-metrics.ts';
import { createTelemetry } from '../runtime/telemetry.ts';
import { withoutSecrets } from '../runtime/without-secrets.ts';
import { componentWork } from './component-work.ts';
import { createInvoke } from './invoke.ts';

/**
 * Lambda gives init 10 s. Against an endpoint that accepts connections and never answers, two loads
 * of 3.5 s and the pause between
 * them end at 7.5 s at most, which leaves time for the import before them and for the error.
 */
export const START_LIMITS = { retryForMs: 5_000, callTimeoutMs: 3_500 };

/**
 * Makes the Lambda handler of one component. Loads config, bindings and clients and starts
 * `resources` during init. Await the promise at the top of the entry, so that nothing is in flight
 * when init ends: AWS refuses a call that was signed before a freeze.
 *
 * An HTTP component takes the events of API Gateway (REST and HTTP APIs), function URLs and load
 * balancers. A consumer takes SQS batches (its event source mapping needs
 * `ReportBatchItemFailures`) and SNS events of the topics that its queue subscribes to. A task
 * takes `{ task, params }` or an EventBridge event, whose `detail` is its parameters; that of a
 * schedule rule is empty.
 *
 * SQS receives the ids of the messages of a batch that failed. A message from SNS that could not be
 * acknowledged fails the invocation: Lambda repeats it twice and then sends it to the function's
 * on-failure destination or dead-letter queue, where it has one.
 *
 * Rejects with every fault of config and bindings at once.
 *
 * @example
 * ```ts
 * export const handler = await lambda(orderConsumer, { resources: [database] });
 * ```
 */
export async function lambda<K extends Component>(
  component: K,
  options: HostOptions<ConfigOfComponent<K>> = {},
): Promise<LambdaHandler<unknown, unknown>> {
  const { env } = process;
  const { extensionsApi, facts, startIsAwaited, concurrency } = lambdaProfile(env);
  const { logger, metrics } = createTelemetry({ app: component.app.name, env, format: 'json', facts });
  const redact = (error: unknown) =>
    withoutSecrets(error, logger.redactor, process.getBuiltinModule('node:util').inspect);
  const fatal = createFatalLegs();
  endOnFatalError({
    process,
    clock: systemClock,
    onFatal: failureReport({ logger, terminal: undefined }),
    // Others have no legs, and their callers wait for the end of the process.
    ...(component.kind === 'task'
      ? legsFlush({ legs: fatal, metrics, clock: systemClock })
      : { flush: () => metrics.flush('open') }),
    redact,
  });
  const resources = appResources(options, { config: () => runtime.config(), logger });
  const aws = createAws({ env, logger });
  const port = component.kind === 'task' ? countedPort(aws, component) : { aws, use: () => {} };
  // Beside the loading of config, not after it. An import of node:http costs a cold start several
  // times as much.
  const registering =
    extensionsApi === undefined
      ? undefined
      : registerInternalExtension({ runtimeApi: extensionsApi, http: process.getBuiltinModule('node:http') });
  const runtime = await openRuntime(component.app, [component], {
    env,
    aws: port.aws,
    identity: aws,
    host: { concurrency, isDevelopment: false },
    logger,
    metrics,
    clock: systemClock,
    random: Math.random,
    ...START_LIMITS,
    caller: component.name,
  });
  const processMetrics = createProcessMetrics({
    metrics,
    component: component.name,
    clock: systemClock,
    pools: [() => aws.takeConnectionCounts()],
    configAgeMs: () => runtime.configAgeMs(),
  });
  const flush = async () => {
    await runtime.flush?.();
    await runtime.resourceMetrics.publishIfDue();
    await processMetrics.publishIfDue();
    await metrics.flush();
  };
  const lifecycle = createLifecycle({ budgetMs: TERMINATE_BUDGET_MS });
  lifecycle.register({
    name: CONFIG_RESOURCE,
    ...(runtime.check ? { check: runtime.check } : {}),
    stop: async (signal) => {
      try {
        await runtime.stop(signal);
      } finally {
        aws.close();
      }
    },
  });
  lifecycle.register({
    name: 'metrics',
    flush: async () => {
      await runtime.resourceMetrics.publish();
      await processMetrics.publish();
      await metrics.flush();
    },
  });
  for (const resource of resources) lifecycle.register(resource);
  const work = await componentWork(component, {
    runtime,
    lifecycle,
    logger,
    metrics,
    clock: systemClock,
    port,
    fatal,
    release: env.TWELVEFOLD_RELEASE || undefined,
    lightResponses: options.lightResponses,
  });
  try {
    await lifecycle.start();
  } catch (error) {
    throw redact(error);
  }
  if (registering) {
    const refused = await registering;
    if (refused) logger.debug(refused.message);
    else onTerminate(process, lifecycle, (report) => logger.info('environment stopped', { shutdown: report }));
  }
  const startMs = systemClock.monotonic();
  logger.info('environment ready', {
    init_duration_ms: Math.round(startMs),
    memory_used_mb: Math.round(process.memoryUsage.rss() / 1_048_576),
    memory_limit_mb: Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) || undefined,
  });
  const start = { startMs, cold: startIsAwaited };
  const invoke = createInvoke({ work, component: component.name, logger, metrics, start, redact });
  return lambdaHandler<unknown, unknown>(invoke, {
    clock: systemClock,
    streams: component.kind === 'http' && component.streaming,
    flush,
    onResume: (idleMs) => {
      // The other side of a connection may have closed it during the freeze.
      aws.resume();
      logger.debug('environment resumed', { idle_ms: Math.round(idleMs) });
    },
    activeResources: () => process.getActiveResourcesInfo(),
    onLeftRunning: (left) =>
      logger.warn('work was left running after the invocation; await it', { left_running: left }),
  });
}
