import { createAws } from '@twelvefold/aws';
import type { SourcePoller } from '@twelvefold/backing/internal';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import type { Resource } from '@twelvefold/lifecycle';
import { createLifecycle, healthResponse, problem } from '@twelvefold/lifecycle';
import type { HttpService } from '@twelvefold/lifecycle/internal';
import type { ProtectionEvent } from '@twelvefold/lifecycle/internal/service';
import { createTaskProtection, holdSignals } from '@twelvefold/lifecycle/internal/service';
import { runService, serviceProfile } from '@twelvefold/lifecycle/service';
import type { Logger } from '@twelvefold/logging';
import type { ConfigOfComponents, HostOptions } from '../app-resource.ts';
import { appResources, CONFIG_RESOURCE } from '../app-resource.ts';
import type { AppIdentity, Component, ConsumerComponent } from '../component.ts';
import { pollSource } from '../runtime/consume.ts';
import { failureReport } from '../runtime/failure-report.ts';
import { createFatalLegs } from '../runtime/fatal-legs.ts';
import { httpService } from '../runtime/http-service.ts';
import { metricsResource } from '../runtime/metrics-resource.ts';
import type { Runtime } from '../runtime/open-runtime.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { createProcessMetrics } from '../runtime/process-metrics.ts';
import { publishStart } from '../runtime/publish-start.ts';
import { createRequestMetrics } from '../runtime/request-metrics.ts';
import { startupExitCode } from '../runtime/startup-error.ts';
import { createTelemetry } from '../runtime/telemetry.ts';
import { runsKey } from '../task-runs.ts';
import { httpResource } from './http-resource.ts';
import { portFrom } from './port.ts';
import { taskResource } from './task-resource.ts';

/** How long a service waits for an endpoint that is down before it gives up. */
const RETRY_FOR_MS = 60_000;

/**
 * Runs components as one long-running service: on ECS, or on a laptop. Loads config and bindings,
 * opens the port (`PORT`,
 * default 8080; on ECS also without an HTTP front, for health), then polls queues. SIGTERM drains
 * all of it and ends the
 * process with one shutdown report.
 *
 * Tasks among the components are looked after once a minute: the service goes on with their runs
 * that are neither a function's nor an ECS task's. In `twelvefold dev` it also starts the runs of
 * their schedules.
 *
 * Exits with 0 after a clean stop, 78 for invalid config or a component that
 * `TWELVEFOLD_COMPONENTS` places here and that
 * is missing, 69 for an endpoint that stayed down, 1 for anything else.
 *
 * @example
 * ```ts
 * await run(app, [api, orderConsumer, notificationConsumer], { resources: [database] });
 * ```
 */
export async function run<const K extends readonly Component[]>(
  app: AppIdentity,
  components: K,
  options: HostOptions<ConfigOfComponents<K>> = {},
): Promise<void> {
  const { env } = process;
  const clock = systemClock;
  const held = holdSignals(process);
  const profile = await serviceProfile(env, process.stdout.isTTY === true);
  const { logger, metrics } = createTelemetry({
    app: app.name,
    env,
    format: profile.logFormat,
    facts: profile.facts,
    gather: true,
  });
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
      comparePlacement(
        components.filter(({ kind }) => kind !== 'task'),
        { placed: env.TWELVEFOLD_COMPONENTS, logger },
      );
      portFrom(env);
      // A task's leg opens its own clients.
      const served = components.filter(({ kind }) => kind !== 'task');
      runtime = await openRuntime(app, served, {
        env,
        aws,
        identity: aws,
        host: profile,
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
      if (runtime.flush) attached.flush = runtime.flush;
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
  const processMetrics = createProcessMetrics({
    metrics,
    component: 'service',
    clock,
    pools: [() => aws.takeConnectionCounts()],
    configAgeMs: () => runtime?.configAgeMs(),
  });
  const gather = async () => {
    await runtime?.resourceMetrics.publish();
    await processMetrics.publish();
  };
  lifecycle.register(metricsResource(metrics, clock, gather));
  if (protection) lifecycle.register(protection);
  for (const resource of resources) lifecycle.register(resource);
  for (const component of components) {
    if (component.kind === 'http') {
      const counted = createRequestMetrics({ metrics, component: component.name, clock, random: Math.random });
      const { lightResponses } = options;
      const service = () =>
        httpService({ component, runtime: opened(), lifecycle, logger, clock, counted, lightResponses });
      lifecycle.register(
        httpResource({ name: component.name, service, component, env, profile, logger, clock, counted }),
      );
    }
    if (component.kind === 'consumer') lifecycle.register(consumerResource(component));
  }
  const fatal = createFatalLegs();
  const tasks = components.filter((component) => component.kind === 'task');
  // In `twelvefold dev` no function is the target of a schedule.
  const schedules = env.TWELVEFOLD_DEV !== undefined;
  if (tasks.length > 0) lifecycle.register(taskResource({ app, tasks, profile, fatal, logger, metrics, schedules }));

  if (profile.asksHealth && !components.some(({ kind }) => kind === 'http')) {
    const service = (): HttpService => ({
      component: 'health',
      clock,
      health: (path) => healthResponse(path, lifecycle),
      handler: () => problem({ status: 404, title: 'Not Found' }),
    });
    lifecycle.register(httpResource({ name: 'health', service, env, profile, logger, clock }));
  }

  function consumerResource(component: ConsumerComponent): Resource {
    let consumer: SourcePoller | undefined;
    return {
      name: `consumer ${component.name}`,
      start: async (signal) => {
        const hold = protection ? { hold: () => protection.hold() } : {};
        consumer = await pollSource({ component, runtime: opened(), logger, metrics, clock, ...hold });
        await consumer.start(signal);
      },
      check: (signal) => consumer?.check?.(signal),
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
    onFatal: (error, origin) => {
      report(error, origin);
      // Before the drain, which interrupts the legs and waits for them.
      void fatal.end(error);
    },
    onReport: (shutdown) => logger.info('shutdown report', { shutdown }),
  });
}

/**
 * @throws TypeError with every reason why the components cannot run together in a service of `app`.
 */
function assertComponents(app: AppIdentity, components: readonly Component[]): void {
  const recorded = runsKey(app) !== undefined;
  const faults = components.flatMap((component, index) => [
    ...(component.app === app ? [] : [`'${component.name}' belongs to another app`]),
    ...(component.kind === 'task' && !recorded
      ? [`'${component.name}' is a task: run it with admin(), or add runs: taskRuns('task-runs') to backing`]
      : []),
    ...(components.findIndex(({ name }) => name === component.name) < index
      ? [`'${component.name}' is listed twice; a source has one consumer`]
      : []),
  ]);
  if (components.length === 0) faults.push('there are no components');
  if (components.filter(({ kind }) => kind === 'http').length > 1)
    faults.push('there are two HTTP fronts for one port');
  if (faults.length > 0) throw new TypeError(`Cannot run the service: ${faults.join('; ')}`);
}

/**
 * Compares the components with those that the infrastructure placed here, a list with commas that
 * it
 * sets on the container: an image that lacks one would leave a queue without a consumer.
 *
 * @throws TwelvefoldError `CONFIG_INVALID` for a component that is placed here and missing.
 */
function comparePlacement(
  components: readonly Component[],
  { placed, logger }: { readonly placed: string | undefined; readonly logger: Logger },
): void {
  if (placed === undefined || placed.trim() === '') return;
  const expected = placed.split(',').map((name) => name.trim());
  const names = components.map(({ name }) => name);
  const missing = expected.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new TwelvefoldError(
      'CONFIG_INVALID',
      `Cannot run the service: TWELVEFOLD_COMPONENTS places ${missing.join(', ')} here, and run() got ${names.join(', ')}; ` +
        'add the missing components to run(), or place them elsewhere and deploy',
    );
  }
  const extra = names.filter((name) => !expected.includes(name));
  if (extra.length > 0) {
    logger.warn(
      `${extra.join(', ')} run here, but TWELVEFOLD_COMPONENTS does not place them here: their permissions may be missing`,
    );
  }
}

/** Logs changes of the task's scale-in protection. */
function logProtectionEvent(logger: Logger, event: ProtectionEvent): void {
  switch (event.type) {
    case 'protected':
      logger.debug('task protected from scale-in', { minutes: event.minutes });
      break;
    case 'released':
      logger.debug('task protection released');
      break;
    case 'refused': {
      const { reason, detail, final } = event;
      logger.warn(`ECS refused to protect the task: ${reason}`, { reason, detail, final });
      break;
    }
    case 'overdue':
      logger.warn('work goes on for longer than a task can be protected', { held_ms: event.heldMs });
  }
}
