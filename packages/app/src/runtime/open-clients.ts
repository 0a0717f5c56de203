import type { Aws, AwsPort } from '@twelvefold/aws';
import type { OpenContext } from '@twelvefold/backing';
import type { ConfigReference, Opened } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import type { Logger } from '@twelvefold/logging';
import type { Component } from '../component.ts';
import type { Backing } from '../context.ts';
import type { DeclaredResource } from '../resources.ts';
import { usedResources } from '../uses.ts';
import { dryRunClient } from './dry-run-client.ts';
import type { ResourceMetricsBook } from './resource-metrics.ts';

/** The clients of one component by key, each with only the methods that `uses` names. */
export type Clients = Readonly<Record<string, object>>;

/** Properties of a host that connection pools need. */
export interface ClientHost {
  /** HTTP requests, or runs of a task, at the same time. */
  readonly concurrency: number;
  readonly isDevelopment: boolean;
}

export interface OpenClientsOptions {
  /** The port to AWS, before it names a component. */
  port: Aws;
  /** Signs tokens that stand in for passwords. */
  identity?: Pick<AwsPort, 'region' | 'credentials'> | undefined;
  host: ClientHost;
  /** Looks for a newer config; resolves with true when there is one. */
  credentialsRefused(signal: AbortSignal | undefined): Promise<boolean>;
  /** The value of a path before its secret changed, when that was just now. */
  previousSecret(reference: ConfigReference): Promise<unknown>;
  /** Names the calls of clients that the process shares. */
  caller: string;
  /** The values of bindings, by key. */
  targets: ReadonlyMap<string, string>;
  /** The value of a path in the current config. */
  configValue(reference: ConfigReference): unknown;
  clock: Clock;
  random: () => number;
  logger: Logger;
  metrics: Pick<ResourceMetricsBook, 'of'>;
  signal?: AbortSignal | undefined;
}

/** The clients of a process. */
export interface OpenedClients {
  of(component: Component): Clients;
  /** The same for a dry run, which records writes instead of making them. */
  forDryRun(component: Component, onWrite: (resource: string, method: string) => void): Clients;
  /** Rejects when one of the resources cannot be used. Absent when no client has a check. */
  readonly check: ((signal?: AbortSignal) => Promise<void>) | undefined;
  /** Waits for the work that clients hold. Absent when no client has a drain. */
  readonly drain: ((signal?: AbortSignal) => Promise<void>) | undefined;
  /** Waits for work that no caller waits for. Absent when no client has a flush. */
  readonly flush: ((signal?: AbortSignal) => Promise<void>) | undefined;
  stop(signal?: AbortSignal): Promise<void>;
}

/**
 * Opens the clients of components. A driver is loaded when the first component that uses it opens.
 */
export async function openClients(
  backing: Backing,
  components: readonly Component[],
  options: OpenClientsOptions,
): Promise<OpenedClients> {
  const opened: Opened<unknown>[] = [];
  const shared = new Map<string, Promise<Opened<unknown>>>();
  const clients = new Map<Component, readonly Bound[]>();
  const picked = new Map<Component, Clients>();

  const open = async (resource: DeclaredResource, use: Use, component: string) => {
    const { key, definition, driver } = resource;
    const { accesses, concurrency } = use;
    const { port, identity, host, targets, configValue, clock, random, logger, metrics, signal } = options;
    const context: OpenContext = {
      key,
      target: targets.get(key) ?? '',
      accesses,
      aws: port.as(component),
      identity,
      component,
      clock,
      random,
      signal,
      warn: (message) => logger.warn(message),
      metrics: metrics.of(component, key),
      concurrency,
      isDevelopment: host.isDevelopment,
      credentialsRefused: ({ signal: given } = {}) => options.credentialsRefused(given),
      previousSecret: <T>(reference: ConfigReference<T>) => options.previousSecret(reference) as Promise<T | undefined>, // likewise
      config: <T>(reference: ConfigReference<T>) => configValue(reference) as T, // the reference was made with this type
    };
    const one = await driver.open(definition as never, context); // it is the kind's own definition
    opened.push(one);
    return one;
  };
  const openShared = (resource: DeclaredResource) => {
    const { key } = resource;
    const users = components.flatMap((component) =>
      usedResources(backing, component.uses).flatMap((use) =>
        use.resource.key === key
          ? [{ accesses: use.accesses, concurrency: concurrencyOf(component, options.host) }]
          : [],
      ),
    );
    const use: Use = {
      accesses: [...new Set(users.flatMap(({ accesses }) => accesses))],
      concurrency: users.reduce((sum, { concurrency }) => sum + concurrency, 0),
    };
    const one = shared.get(key) ?? open(resource, use, options.caller);
    shared.set(key, one);
    return one;
  };

  for (const component of components) {
    const bound: Bound[] = [];
    for (const { resource, accesses } of usedResources(backing, component.uses)) {
      const one =
        resource.driver.share === 'process'
          ? await openShared(resource)
          : await open(resource, { accesses, concurrency: concurrencyOf(component, options.host) }, component.name);
      bound.push({ resource, accesses, opened: one });
    }
    clients.set(component, bound);
    picked.set(
      component,
      pickAll(bound, ({ opened: { client } }) => client as object),
    );
  }
  const all = async (work: (one: Opened<unknown>) => Promise<void> | undefined) => {
    const results = await Promise.allSettled(opened.map(work));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '));
    if (failures.length === 1) throw failures[0];
  };
  return {
    of: (component) => picked.get(component) ?? {},
    forDryRun: (component, onWrite) =>
      pickAll(clients.get(component) ?? [], ({ resource: { key, definition }, opened: one }) =>
        dryRunClient(key, definition, one, (method) => onWrite(key, method)),
      ),
    check: opened.some((one) => one.check) ? (signal) => all((one) => one.check?.(signal)) : undefined,
    drain: opened.some((one) => one.drain) ? (signal) => all((one) => one.drain?.(signal)) : undefined,
    flush: opened.some((one) => one.flush) ? (signal) => all((one) => one.flush?.(signal)) : undefined,
    stop: (signal) => all((one) => one.stop?.(signal)),
  };
}

/** A client that is opened for a component. */
interface Bound {
  readonly resource: DeclaredResource;
  readonly accesses: readonly string[];
  readonly opened: Opened<unknown>;
}

function pickAll(bound: readonly Bound[], clientOf: (one: Bound) => object): Clients {
  const clients = bound.map((one) => [one.resource.key, pickMethods(clientOf(one), one.resource, one.accesses)]);
  return Object.freeze(Object.fromEntries(clients));
}

/** The purpose that one client is opened for. */
interface Use {
  readonly accesses: readonly string[];
  readonly concurrency: number;
}

/** A consumer handles several messages at a time also where the host runs one invocation. */
function concurrencyOf(component: Component, host: ClientHost): number {
  return component.kind === 'consumer' ? Math.max(component.concurrency, host.concurrency) : host.concurrency;
}

/**
 * The methods of the accesses, bound to the client: it may be an instance of a class with private
 * state.
 */
function pickMethods(client: object, { kind }: DeclaredResource, accesses: readonly string[]): object {
  const names = new Set(accesses.flatMap((access) => kind.accesses[access]?.methods ?? []));
  const methods = [...names].map((name) => {
    const method: unknown = Reflect.get(client, name);
    return [name, typeof method === 'function' ? method.bind(client) : method];
  });
  return Object.freeze(Object.fromEntries(methods));
}
