import type { Aws, AwsPort } from '@twelvefold/aws';
import type { Definition } from '@twelvefold/backing';
import type { ConfigEvent } from '@twelvefold/config/internal';
import { createConfig } from '@twelvefold/config/internal';
import type { Clock } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { scopeKey } from '@twelvefold/lifecycle';
import type { RequestContext } from '@twelvefold/lifecycle/internal';
import type { Logger, Metrics } from '@twelvefold/logging';
import { bindingOf, physicalNameOf } from '../bindings.ts';
import type { AppIdentity, Component } from '../component.ts';
import type { Context, HttpContext } from '../context.ts';
import { resourcesOf } from '../resources.ts';
import { stageFrom } from '../stage.ts';
import { consumedResources, usedConfig, usedResources } from '../uses.ts';
import { cacheReads } from './cache-reads.ts';
import type { ClientHost, Clients, OpenedClients } from './open-clients.ts';
import { openClients } from './open-clients.ts';
import type { WantedBinding } from './resolve-bindings.ts';
import { resolveBindings } from './resolve-bindings.ts';
import type { ResourceMetricsBook } from './resource-metrics.ts';
import { createResourceMetrics } from './resource-metrics.ts';
import { retryWhilePassing } from './retry-while-passing.ts';
import { startupError } from './startup-error.ts';
import { traceAws } from './trace-aws.ts';

/** An app bound to its stage: config loaded, bindings known, clients made. */
export interface Runtime {
  readonly aws: Aws;
  /**
   * Rejects while a resource that a component uses cannot be used. Absent when no client has a
   * check.
   */
  readonly check?: ((signal?: AbortSignal) => Promise<void>) | undefined;
  /** Waits for the work that clients hold. Absent when no client has a drain. */
  readonly drain?: ((signal?: AbortSignal) => Promise<void>) | undefined;
  /** Waits for work of clients that no caller waits for. Absent when no client has any. */
  readonly flush?: ((signal?: AbortSignal) => Promise<void>) | undefined;
  /** The counters of the clients. */
  readonly resourceMetrics: Pick<ResourceMetricsBook, 'publish' | 'publishIfDue'>;
  /** Closes the clients. */
  stop(signal?: AbortSignal): Promise<void>;
  /**
   * The value of a binding: URL, ARN or name; `undefined` for a resource that no component here
   * uses.
   */
  target(key: string): string | undefined;
  /** The clients of a component, by key. */
  clients(component: Component): Clients;
  /** The same for a dry run, which records writes instead of making them. */
  dryRunClients: OpenedClients['forDryRun'];
  /** The name of a definition of this app, and its binding's value if the environment has it. */
  reference(definition: Definition): { readonly physicalName: string; readonly target: string | undefined };
  /** The newest snapshot of the config; an empty object for an app without one. */
  config(): unknown;
  /**
   * Milliseconds since the config was last known to be right; `undefined` for an app without one.
   */
  configAgeMs(): number | undefined;
  /**
   * The context of a handler of `component` inside `scope`; its config stays the same until the
   * scope ends.
   */
  context(component: Component, scope: Scope): Context<unknown, Clients>;
  /**
   * Does `work` with that context; a refresh of the config that is due by its age is made first.
   */
  run<R>(
    component: Component,
    scope: Scope,
    work: (context: HttpContext<unknown, Clients>) => R | Promise<R>,
    http?: RequestContext,
  ): R | Promise<R>;
}

export interface OpenRuntimeOptions {
  env: Readonly<Record<string, string | undefined>>;
  aws: Aws;
  /** Signs tokens that stand in for passwords: the port itself. */
  identity?: Pick<AwsPort, 'region' | 'credentials'>;
  /** The host's profile, as far as clients need it. */
  host: ClientHost;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  random: () => number;
  /** Milliseconds to go on trying while the endpoint is down. */
  retryForMs: number;
  /**
   * Milliseconds for one call for config or bindings, with all of its attempts. @defaultValue the
   * port's own limit
   */
  callTimeoutMs?: number | undefined;
  /**
   * Names the process's own calls: the one component of a function, `service` for a process of
   * several.
   */
  caller: string;
  signal?: AbortSignal | undefined;
}

interface Pinned {
  readonly config: unknown;
  readonly version: number;
}

/** For components that are not an HTTP front. */
const NO_REQUEST: RequestContext = Object.freeze({ sourceAddress: undefined, claims: undefined, stage: undefined });

/** The snapshot that a scope began with. */
const PINNED = scopeKey<Pinned>('config');

/**
 * Loads the config that the components read, resolves bindings and makes the clients of
 * `components`; every fault of config and bindings in one error.
 */
export async function openRuntime(
  app: AppIdentity,
  components: readonly Component[],
  options: OpenRuntimeOptions,
): Promise<Runtime> {
  const { env, logger, metrics, clock, random, retryForMs, signal } = options;
  const stage = stageFrom(env);
  const port = traceAws(options.aws);
  const cached = cacheReads(limited(port.as(options.caller), options.callTimeoutMs));
  const { aws } = cached;
  const needed = wantedBindings(app, stage, components);
  const onSecret = (value: string) => logger.redactor.add(value);

  const onEvent = (event: ConfigEvent) => logConfigEvent(logger, metrics, event);
  const part = usedConfig(app.config, app.backing, components)?.definition;
  const live = part && createConfig(part, { app: app.name, stage, env, aws, signal, onSecret, clock, random, onEvent });
  const none: Pinned = { config: Object.freeze({}), version: 0 };

  const load = async () => {
    const [config, targets] = await Promise.allSettled([live?.get(), resolveBindings(needed, { env, aws, signal })]);
    if (config.status === 'fulfilled' && targets.status === 'fulfilled') return targets.value;
    throw startupError([config, targets].flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  };
  const targets = await retryWhilePassing(load, {
    clock,
    random,
    signal,
    forMs: retryForMs,
    onRetry: (error, delayMs) =>
      logger.warn(
        `Cannot start yet, trying again in ${delayMs} ms: ${error instanceof Error ? error.message : String(error)}`,
      ),
  });
  cached.release();

  const resourceMetrics = createResourceMetrics({ metrics, clock, random });
  const clients = await openClients(app.backing, components, {
    port,
    identity: options.identity,
    host: options.host,
    credentialsRefused: (signal) => live?.reportAuthFailure({ signal }) ?? Promise.resolve(false),
    previousSecret: async (reference) => live?.previous(reference),
    caller: options.caller,
    targets,
    configValue: ({ path }) => valueAt(live?.current, path),
    clock,
    random,
    logger,
    metrics: resourceMetrics,
    signal,
  });
  const pinned = (scope: Scope): Pinned => {
    const pin = scope.get(PINNED) ?? (live ? { config: live.current, version: live.state.version } : none);
    scope.set(PINNED, pin);
    return pin;
  };
  const context = (component: Component, scope: Scope, http = NO_REQUEST): HttpContext<unknown, Clients> => {
    logger.refreshSampleRateCalculation(); // before anything is sent on, and so that slowness counts from here
    const { config, version } = pinned(scope);
    const credentialsRefused = async () =>
      (await live?.reportAuthFailure({ version, signal: scope.signal })) === true ? live?.current : undefined;
    const fixed = { backing: clients.of(component), config, credentialsRefused, logger, metrics, http };
    return new ScopeContext(scope, fixed) as HttpContext<unknown, Clients>; // with the two signals
  };
  return {
    aws: port,
    check: clients.check,
    drain: clients.drain,
    flush: clients.flush,
    resourceMetrics,
    stop: clients.stop,
    clients: (component) => clients.of(component),
    dryRunClients: clients.forDryRun,
    target: (key) => targets.get(key),
    config: () => (live ? live.current : none.config),
    configAgeMs: () => live?.state.ageMs,
    reference: (definition) => {
      const resource = resourcesOf(app.backing).find((one) => one.definition === definition);
      if (!resource) throw new TypeError(`Cannot name '${definition.name}': it is not in backing`);
      const binding = bindingOf(app.name, stage, resource);
      return { physicalName: physicalNameOf(app.name, stage, resource), target: binding && env[binding.env] };
    },
    context,
    run: (component, scope, work, http) =>
      // Mostly nothing is due, and then there is nothing to wait for. A refresh that fails keeps
      // what is there.
      live?.due === true
        ? live.get().then(() => work(context(component, scope, http)))
        : work(context(component, scope, http)),
  };
}

/** Gets a signal when it is asked for: one that nothing asks for is never made. */
const SIGNAL: PropertyDescriptor & ThisType<ScopeContext> = {
  enumerable: true,
  get() {
    return this.scope.signal;
  },
};
const DRAIN_SIGNAL: PropertyDescriptor & ThisType<ScopeContext> = {
  enumerable: true,
  get() {
    return this.scope.drainSignal;
  },
};

type Fixed = Omit<HttpContext<unknown, Clients>, 'signal' | 'drainSignal' | 'scope' | 'deadline' | 'correlationId'>;

/**
 * A handler's context. Its signals are properties of the object, so that a spread copy has them;
 * all objects share their getters: with getters in an object literal each context costs 2 us, with
 * these 0.7.
 */
class ScopeContext implements Fixed {
  readonly backing: Clients;
  readonly config: unknown;
  readonly credentialsRefused: () => Promise<unknown>;
  readonly deadline: Scope['deadline'];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly correlationId: string;
  readonly scope: Scope;
  readonly http: RequestContext;

  constructor(scope: Scope, { backing, config, credentialsRefused, logger, metrics, http }: Fixed) {
    this.backing = backing;
    this.config = config;
    this.credentialsRefused = credentialsRefused;
    this.deadline = scope.deadline;
    this.logger = logger;
    this.metrics = metrics;
    this.correlationId = scope.correlationId;
    this.scope = scope;
    this.http = http;
    Object.defineProperty(this, 'signal', SIGNAL);
    Object.defineProperty(this, 'drainSignal', DRAIN_SIGNAL);
  }
}

/** The port with a limit for each call. */
function limited(aws: Aws, timeoutMs: number | undefined): Aws {
  if (timeoutMs === undefined) return aws;
  return {
    call: (service, operation, input, options) => aws.call(service, operation, input, { timeoutMs, ...options }),
    as: (component) => limited(aws.as(component), timeoutMs),
  };
}

/** The bindings of what components use and consume. */
function wantedBindings(app: AppIdentity, stage: string, components: readonly Component[]): WantedBinding[] {
  const wanted = new Map<string, WantedBinding>();
  for (const component of components) {
    const resources = [
      ...usedResources(app.backing, component.uses),
      ...(component.kind === 'consumer' ? consumedResources(app.backing, component.source) : []),
    ];
    for (const { resource } of resources) {
      const binding = bindingOf(app.name, stage, resource);
      if (binding && resource.driver.binding) wanted.set(resource.key, { binding, shape: resource.driver.binding });
    }
  }
  return [...wanted.values()];
}

/**
 * The value at a path such as `database.url`; the reference was checked when the app was defined.
 */
function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], config);
}

/**
 * Logs the outcome of a refresh of the config. A refresh that failed is a metric too, to alarm on.
 */
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
