import { createAws } from '@twelvefold/aws';
import type { QueueConsumer } from '@twelvefold/backing';
import type { ConfigOf } from '@twelvefold/config';
import { systemClock } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { Resource } from '@twelvefold/lifecycle';
import { createLifecycle, healthResponse, problem } from '@twelvefold/lifecycle';
import type { HttpServer, HttpServerOptions } from '@twelvefold/lifecycle/service';
import {
  createHttpServer,
  createTaskProtection,
  holdSignals,
  runService,
  serviceProfile,
} from '@twelvefold/lifecycle/service';
import type { HostOptions } from '../app-resource.ts';
import { appResources, CONFIG_RESOURCE } from '../app-resource.ts';
import type { AppIdentity, Component, ConsumerComponent } from '../component.ts';
import { componentConsumer } from '../runtime/component-consumer.ts';
import { failureReport } from '../runtime/failure-report.ts';
import { httpAnswer } from '../runtime/http-answer.ts';
import { logProtectionEvent } from '../runtime/log-protection-event.ts';
import { metricsResource } from '../runtime/metrics-resource.ts';
import type { Runtime } from '../runtime/open-runtime.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { createProcessMetrics } from '../runtime/process-metrics.ts';
import { publishStart } from '../runtime/publish-start.ts';
import type { RequestMetrics } from '../runtime/request-metrics.ts';
import { createRequestMetrics } from '../runtime/request-metrics.ts';
import { startupExitCode } from '../runtime/startup-error.ts';
import { createTelemetry } from '../runtime/telemetry.ts';
import { warnOfQueue } from '../runtime/warn-of-queue.ts';
import { assertComponents } from './assert-components.ts';
import { portFrom } from './port.ts';

/** How long a service waits for an endpoint that is down before it gives up. */
const RETRY_FOR_MS = 60_000;

/**
 * Runs components as one long-running service: on ECS, or on a laptop. Config and bindings are loaded first, then the port
 * XX *
 * Exits with 0 after a clean stop, 78 for invalid config, 69 for an endpoint that stayed down, 1 for anything else.
 *
 * @example
 * ```ts
 * await run(app, [api, orderConsumer, notificationConsumer], { resources: [database] });
 * ```
 */
export async function run<A extends AppIdentity>(
  app: A,
  components: readonly Component[],
  options: HostOptions<ConfigOf<NonNullable<A['config']>>> = {},
): Promise<void> {
  const { env } = process;
  const clock = systemClock;
  const held = holdSignals(process);
  const profile = await serviceProfile(env, process.stdout.isTTY === true);
  const { logger, metrics } = createTelemetry({ app: app.name, env, format: profile.logFormat, facts: profile.facts });
  for (const warning of profile.warnings) logger.warn(warning);
  const protection =
    profile.protectionUri === undefined
      ? undefined
      : createTaskProtection({
          agentUri: profile.protectionUri,
          clock,
          onEvent: (event) => logProtectionEvent(logger, event),
        });
  const report = failureReport({ logger, terminal: profile.logFormat === 'pretty' ? process.stderr : undefined });
  const lifecycle = createLifecycle({
    budgetMs: profile.budgetMs,
    onStartFailure: (error) => report(error, 'start'),
    onPhase: (phase) => {
      logger.info(`service ${phase}`, { phase });
      // By then the process is as old as the monotonic clock says.
      if (phase === 'ready') void publishStart(metrics, 'service', { startMs: clock.monotonic(), cold: false });
    },
  });

  const aws = createAws({ env, logger });
  let runtime: Runtime | undefined;
  const opened = (): Runtime => {
    if (!runtime) throw new TypeError('Cannot use the runtime before config and bindings are loaded');
    return runtime;
  };
  const resources = appResources(options, { config: () => opened().config(), logger });
  const attached: Resource = {
    name: CONFIG_RESOURCE,
    start: async (signal) => {
      assertComponents(app, components);
      portFrom(env);
      runtime = await openRuntime(app, components, {
        env,
        aws,
        logger,
        metrics,
        clock,
        random: Math.random,
        retryForMs: RETRY_FOR_MS,
        caller: 'service',
        signal,
      });
      // A step that does nothing has no place in the health and in the shutdown report.
      if (runtime.check) attached.check = runtime.check;
      if (runtime.drain) attached.drain = runtime.drain;
    },
    stop: async (signal) => {
      try {
        await runtime?.stop(signal);
      } finally {
        aws.close();
      }
    },
  };
  lifecycle.register(attached);
  const own = createProcessMetrics({
    metrics,
    component: 'service',
    clock,
    pools: [() => aws.takeConnectionCounts()],
    configAgeMs: () => runtime?.configAgeMs(),
  });
  lifecycle.register(metricsResource(metrics, clock, own.publish));
  if (protection) lifecycle.register(protection);
  for (const resource of resources) lifecycle.register(resource);
  for (const component of components) {
    if (component.kind === 'http') {
      const counted = createRequestMetrics({ metrics, component: component.name, clock, random: Math.random });
      const answer = () =>
        httpAnswer({ component, runtime: opened(), lifecycle, logger, clock, onOutcome: counted.count });
      lifecycle.register(httpResource(component.name, answer, counted));
    }
    if (component.kind === 'consumer') lifecycle.register(consumerResource(component));
  }

  if (profile.asksHealth && !components.some(({ kind }) => kind === 'http')) {
    const answer = async (request: Request) =>
      (await healthResponse(new URL(request.url).pathname, lifecycle)) ?? problem({ status: 404, title: 'Not Found' });
    lifecycle.register(httpResource('health', () => answer));
  }

  function httpResource(
    name: string,
    makeAnswer: () => HttpServerOptions['answer'],
    counted?: RequestMetrics,
  ): Resource {
    let server: HttpServer | undefined;
    const stopped = new AbortController();
    let counting: Promise<void> | undefined;
    return {
      name: `http ${name}`,
      start: async (signal) => {
        const answer = makeAnswer();
        const onError = (error: unknown) => logger.error('answer broke off', { error: toError(error) });
        server = createHttpServer({ port: portFrom(env), lingerMs: profile.lingerMs, clock, answer, onError });
        await server.start(signal);
        counting = counted?.run(stopped.signal);
        logger.info(`listening on port ${server.port}`, { port: server.port });
      },
      quiesce: (signal) => server?.quiesce(signal),
      drain: (signal) => server?.drain(signal),
      stop: async (signal) => {
        await server?.stop(signal);
        stopped.abort();
        await counting;
      },
    };
  }

  function consumerResource(component: ConsumerComponent): Resource {
    let consumer: QueueConsumer | undefined;
    return {
      name: `consumer ${component.name}`,
      start: (signal) => {
        const hold = protection ? { hold: () => protection.hold() } : {};
        consumer = componentConsumer({ component, runtime: opened(), logger, metrics, clock, ...hold });
        void warnOfQueue({ component, runtime: opened(), logger, signal });
        return consumer.start(signal);
      },
      check: (signal) => consumer?.check(signal),
      health: () => consumer?.health(),
      quiesce: (signal) => consumer?.quiesce(signal),
      drain: (signal) => consumer?.drain(signal),
      stop: (signal) => consumer?.stop(signal),
    };
  }

  await runService({
    lifecycle,
    process,
    held,
    exitCode: startupExitCode,
    onFatal: report,
    onReport: (shutdown) => logger.info('shutdown report', { shutdown }),
  });
}
