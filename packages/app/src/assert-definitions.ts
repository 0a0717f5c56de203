import type { CollectionPolicy } from '@twelvefold/admin/internal';
import { collectionFaults, taskFaults } from '@twelvefold/admin/internal';
import type { Definition } from '@twelvefold/backing';
import { driverOf, findKind } from '@twelvefold/backing/internal';
import type { ConfigDefinition } from '@twelvefold/config';
import { selectConfig } from '@twelvefold/config/internal';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { messageOf } from '@twelvefold/core/internal';
import { constantCase, kebabCase } from './names.ts';
import type { DeclaredResource } from './resources.ts';
import { companionsOf } from './resources.ts';
import { runsKey } from './task-runs.ts';

const WORDS = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Keys become environment variables and parameter names. */
const KEY = /^[a-z][A-Za-z0-9]*$/;

interface AppLike {
  readonly name: string;
  readonly config?: ConfigDefinition | undefined;
  readonly backing?: Readonly<Record<string, Definition>> | undefined;
}

export function assertApp(options: AppLike): void {
  const faults = unknownOptions(options, ['name', 'config', 'backing']);
  if (typeof options.name !== 'string' || options.name.length > 20 || !WORDS.test(options.name)) {
    faults.push("'name' must be 1 to 20 characters, lower-case words joined by hyphens, e.g. 'orders'");
  }
  const backing = options.backing ?? {};
  const resources: DeclaredResource[] = [];
  for (const [key, definition] of Object.entries(backing)) {
    if (key === 'config')
      faults.push("the key 'config' is reserved: in 'uses' it names what a component reads of the config");
    if (!KEY.test(key)) faults.push(`the key '${key}' must be camelCase letters and digits`);
    const kind = findKind(definition);
    if (kind) resources.push({ key, definition, kind, driver: driverOf(definition) });
    else faults.push(`'${key}' is not a resource definition: make it with queue(), table() or another kind's function`);
  }
  faults.push(...collisions(resources));
  for (const { key, definition, kind, driver } of resources) {
    for (const reference of kind.references?.(definition as never) ?? []) {
      if (Object.values(backing).includes(reference.definition)) continue;
      faults.push(`'${key}' ${reference.relation} '${reference.definition.name}', which is not in backing`);
    }
    for (const { path, config } of driver.configKeys?.(definition as never) ?? []) {
      if (config !== options.config) faults.push(`'${key}' needs '${path}' of a config that is not this app's`);
    }
  }
  refuse(`app ${JSON.stringify(options.name)}`, faults);
}

/** Keys and names that would meet in the environment or in AWS, companions included. */
function collisions(resources: readonly DeclaredResource[]): string[] {
  const faults: string[] = [];
  const owners = new Map<string, string>();
  const claim = (name: string, owner: string, fault: (other: string) => string) => {
    const other = owners.get(name);
    if (other !== undefined) faults.push(fault(other));
    owners.set(name, owner);
  };
  for (const resource of resources) {
    const companions = [...companionsOf(resource)].map(([name, companion]) => ({
      ...companion,
      owner: `the ${kebabCase(name)} ${companion.kind.name} of '${resource.key}'`,
    }));
    for (const { key, definition, kind, driver, owner } of [
      { ...resource, owner: `'${resource.key}'` },
      ...companions,
    ]) {
      claim(
        `environment ${constantCase(key)}`,
        owner,
        (other) => `${other} and ${owner} would read the same environment variables`,
      );
      // Kinds of one service share its names: tables, session stores and idempotency stores are all
      // DynamoDB tables.
      const space = driver.namespace ?? kind.name;
      claim(
        `${space} ${definition.name}`,
        owner,
        (other) => `${other} and ${owner} are both a ${space} named '${definition.name}'`,
      );
    }
  }
  return faults;
}

export function assertHttp(
  app: AppLike,
  options: {
    uses: unknown;
    name?: string;
    timeout?: Duration;
    basePath?: string;
    proxies?: number;
    streaming?: boolean;
  },
  handler: unknown,
): void {
  const faults = unknownOptions(options, ['uses', 'name', 'timeout', 'basePath', 'proxies', 'streaming']);
  const { basePath, proxies = 0, streaming = false } = options;
  if (typeof streaming !== 'boolean')
    faults.push(`'streaming' is ${JSON.stringify(streaming)}; it must be true or false`);
  if (basePath !== undefined && !/^(\/[\w.~-]+)+$/.test(basePath))
    faults.push(
      `'basePath' is ${JSON.stringify(basePath)}; it must begin with a slash and not end with one, e.g. '/shop'`,
    );
  if (!(Number.isInteger(proxies) && proxies >= 0)) faults.push(`'proxies' is ${proxies}; it must be 0 or more`);
  if (options.timeout !== undefined) {
    try {
      const ms = durationMs(options.timeout);
      if (ms < 1) faults.push(`'timeout' is ${options.timeout}; it must be above 0`);
    } catch (error) {
      faults.push(`'timeout' is not a duration: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (options.name !== undefined && !WORDS.test(options.name))
    faults.push("'name' must be lower-case words joined by hyphens");
  refuse(`the HTTP front of '${app.name}'`, [...faults, ...componentFaults(app, options.uses, handler)]);
}

export function assertConsumer(
  app: AppLike,
  key: string,
  options: { uses: unknown; concurrency?: number },
  handler: unknown,
): void {
  const faults = unknownOptions(options, ['uses', 'concurrency']);
  const definition = app.backing?.[key];
  if (!definition) faults.push(`'${key}' is not in backing`);
  else if (!findKind(definition) || !driverOf(definition).source)
    faults.push(`'${key}' is a ${definition.kind}, which cannot be consumed${sourcesHint(app)}`);
  const { concurrency } = options;
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000)) {
    faults.push(`'concurrency' is ${concurrency}; it must be 1 to 1000`);
  }
  refuse(`the consumer of '${key}'`, [...faults, ...componentFaults(app, options.uses, handler)]);
}

/** The keys that can be consumed, for errors. */
function sourcesHint({ backing = {} }: AppLike): string {
  const sources = Object.entries(backing).flatMap(([key, one]) => (findKind(one) && driverOf(one).source ? [key] : []));
  return sources.length === 0 ? '' : `; sources are: ${sources.join(', ')}`;
}

export function assertTask(
  app: AppLike,
  name: string,
  options: CollectionPolicy & { params: unknown; uses: unknown; description?: string; over?: unknown },
  handler: unknown,
): void {
  const common = ['params', 'uses', 'description', 'concurrency', 'oncePerRelease', 'secretParams', 'schedule'];
  const { over } = options;
  const specific = over === undefined ? ['restartable'] : ['over', 'segments', 'throttle', 'maxFailures'];
  const faults = [...unknownOptions(options, [...common, ...specific]), ...taskFaults(options)];
  if (over !== undefined) {
    if (typeof over !== 'function') faults.push("'over' is not a function");
    faults.push(...collectionFaults(options));
  }
  const policy = [...common.slice(3, 5), 'schedule', ...specific].filter((option) => Reflect.has(options, option));
  if (policy.length > 0 && runsKey({ backing: app.backing ?? {} }) === undefined) {
    faults.push(
      `${policy.map((option) => `'${option}'`).join(', ')} needs records of runs: add runs: taskRuns('task-runs') to backing`,
    );
  }
  if (!WORDS.test(name) || name.length > 40)
    faults.push('the name must be 1 to 40 characters, lower-case words joined by hyphens');
  refuse(`task '${name}'`, [...faults, ...componentFaults(app, options.uses, handler)]);
}

function componentFaults(app: AppLike, uses: unknown, handler: unknown): string[] {
  const faults: string[] = [];
  if (typeof handler !== 'function') faults.push('the handler is not a function');
  if (typeof uses !== 'object' || uses === null)
    return [...faults, "'uses' is missing: name the resources, or write {}"];
  for (const [key, access] of Object.entries(uses)) {
    if (key === 'config') {
      faults.push(...configFaults(app, access));
      continue;
    }
    const definition = app.backing?.[key];
    if (!definition) {
      faults.push(
        `'${key}' in 'uses' is not declared in backing (declared: ${Object.keys(app.backing ?? {}).join(', ')})`,
      );
      continue;
    }
    const known = Object.keys(findKind(definition)?.accesses ?? {});
    if (!Array.isArray(access) || access.length === 0) {
      faults.push(`'${key}' in 'uses' needs a list of one access or more: ${known.join(', ')}`);
      continue;
    }
    const wrong = access.filter((one) => !known.includes(one));
    if (wrong.length > 0)
      faults.push(`a ${definition.kind} ('${key}') offers ${known.join(', ')}, not ${wrong.join(', ')}`);
  }
  return faults;
}

function configFaults({ config }: AppLike, paths: unknown): string[] {
  if (config === undefined) return ["'config' in 'uses' names parts of a config, and the app has none"];
  if (!Array.isArray(paths) || paths.length === 0 || paths.some((path) => typeof path !== 'string')) {
    return ["'config' in 'uses' needs a list of one path or more, e.g. ['pricing', 'payments.apiKey']"];
  }
  try {
    selectConfig(config, paths);
    return [];
  } catch (error) {
    return [messageOf(error).replace('Cannot use config: ', '')];
  }
}

function unknownOptions(options: object, known: readonly string[]): string[] {
  return Object.keys(options)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown option '${key}' (known: ${known.join(', ')})`);
}

function refuse(subject: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new TypeError(`Cannot define ${subject}: ${faults.join('; ')}`);
}
