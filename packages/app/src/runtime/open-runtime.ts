import type { Aws } from '@twelvefold/aws';
import type { ConfigEvent } from '@twelvefold/config';
import { createConfig } from '@twelvefold/config';
import type { Clock } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { scopeKey } from '@twelvefold/lifecycle';
import type { Logger, Metrics } from '@twelvefold/logging';
import { bindings } from '../bindings.ts';
import type { AppIdentity, Component } from '../component.ts';
import type { Backing, Context } from '../context.ts';
import { deadLetterKey } from '../names.ts';
import { stageFrom } from '../stage.ts';
import type { FacetOptions } from './create-facets.ts';
import { createFacets } from './create-facets.ts';
import { logConfigEvent } from './log-config-event.ts';
import { resolveBindings } from './resolve-bindings.ts';
import { retryWhilePassing } from './retry-while-passing.ts';
import { startupError } from './startup-error.ts';
import { subscribesTo } from './subscribes-to.ts';
import { traceAws } from './trace-aws.ts';

/** The clients of one component by key, each with only the methods that `uses` names. */
export type Clients = Readonly<Record<string, object>>;

/** An app bound to its stage: config loaded, bindings known, clients made. */
export interface Runtime {
  readonly aws: Aws;
  /** The value of a binding: URL, ARN or name; `undefined` for a resource that no component here uses. */
  target(key: string): string | undefined;
  /** Whether the queue `key` subscribes to the topic with this ARN. */
  subscribes(key: string, topicArn: string): boolean;
  /** The newest snapshot of the config; an empty object for an app without one. */
  config(): unknown;
  /** Milliseconds since the config was last known to be right; `undefined` for an app without one. */
  configAgeMs(): number | undefined;
  /** What a handler of `component` gets inside `scope`; its config stays the same until the scope ends. */
  context(component: Component, scope: Scope): Context<unknown, Clients>;
  /** Does `work` with that context; a refresh of the config that is due by its age is made first. */
  run<R>(
    component: Component,
    scope: Scope,
    work: (context: Context<unknown, Clients>) => R | Promise<R>,
  ): R | Promise<R>;
}

export interface OpenRuntimeOptions {
  env: Readonly<Record<string, string | undefined>>;
  aws: Aws;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  random: () => number;
  /** Milliseconds to go on trying while the endpoint is down. */
  retryForMs: number;
  /** Milliseconds for one call for config or bindings, with all of its attempts. @defaultValue the port's own limit */
  callTimeoutMs?: number | undefined;
  /** Names the process's own calls: the one component of a function, `service` for a process of several. */
  caller: string;
  signal?: AbortSignal | undefined;
}

interface Pinned {
  readonly config: unknown;
  readonly version: number;
}

/** The snapshot that a scope began with. */
const PINNED = scopeKey<Pinned>('config');

/** Loads config, resolves bindings and makes the clients of `components`; every fault of config and bindings in one error. */
export async function openRuntime(
  app: AppIdentity,
  components: readonly Component[],
  options: OpenRuntimeOptions,
): Promise<Runtime> {
  const { env, logger, metrics, clock, random, retryForMs, signal } = options;
  const stage = stageFrom(env);
  const port = traceAws(options.aws);
  const aws = limited(port.as(options.caller), options.callTimeoutMs);
  const wanted = neededKeys(app.backing, components);
  const known = bindings(app, stage);
  const needed = known.filter(({ key }) => wanted.has(key));
  const onSecret = (value: string) => logger.redactor.add(value);

  const onEvent = (event: ConfigEvent) => logConfigEvent(logger, metrics, event);
  const live =
    app.config &&
    createConfig(app.config, { app: app.name, stage, env, aws, signal, onSecret, clock, random, onEvent });
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

  const clients = new Map<Component, Clients>();
  for (const component of components) {
    const facetOptions = { aws: port.as(component.name), clock, logger };
    clients.set(component, await clientsOf(app.backing, component, targets, facetOptions));
  }
  const pinned = (scope: Scope): Pinned => {
    const pin = scope.get(PINNED) ?? (live ? { config: live.current, version: live.state.version } : none);
    scope.set(PINNED, pin);
    return pin;
  };
  const context = (component: Component, scope: Scope): Context<unknown, Clients> => {
    logger.refreshSampleRateCalculation(); // before anything is sent on, and so that slowness counts from here
    const { config, version } = pinned(scope);
    return {
      backing: clients.get(component) ?? {},
      config,
      credentialsRefused: async () =>
        (await live?.reportAuthFailure({ version, signal: scope.signal })) === true ? live?.current : undefined,
      signal: scope.signal,
      deadline: scope.deadline,
      logger,
      metrics,
      correlationId: scope.correlationId,
      scope,
    };
  };
  return {
    aws: port,
    target: (key) => targets.get(key),
    config: () => (live ? live.current : none.config),
    configAgeMs: () => live?.state.ageMs,
    subscribes: (key, topicArn) => subscribesTo(app.backing, key, topicArn, { bindings: known, env }),
    context,
    run: (component, scope, work) =>
      // Mostly nothing is due, and then there is nothing to wait for. A refresh that fails keeps what is there.
      live?.due === true ? live.get().then(() => work(context(component, scope))) : work(context(component, scope)),
  };
}

/** The port with a limit for each call. */
function limited(aws: Aws, timeoutMs: number | undefined): Aws {
  if (timeoutMs === undefined) return aws;
  return {
    call: (service, operation, input, options) => aws.call(service, operation, input, { timeoutMs, ...options }),
    as: (component) => limited(aws.as(component), timeoutMs),
  };
}

function neededKeys(backing: Backing, components: readonly Component[]): Set<string> {
  const keys = new Set<string>();
  for (const component of components) {
    for (const key of Object.keys(component.uses)) keys.add(key);
    if (component.kind !== 'consumer') continue;
    keys.add(component.queue);
    const definition = backing[component.queue];
    if (definition?.kind === 'queue' && definition.deadLetter) keys.add(deadLetterKey(component.queue));
  }
  return keys;
}

async function clientsOf(
  backing: Backing,
  component: Component,
  targets: ReadonlyMap<string, string>,
  options: FacetOptions,
): Promise<Clients> {
  const clients: Record<string, object> = {};
  for (const [key, accesses] of Object.entries(component.uses)) {
    const definition = backing[key];
    const target = targets.get(key);
    if (!definition || target === undefined || !accesses) continue;
    const facets = await createFacets(definition, target, options);
    clients[key] = Object.freeze(Object.assign({}, ...accesses.map((access) => facets[access])));
  }
  return Object.freeze(clients);
}
