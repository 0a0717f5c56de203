import { messageOf, unknownOptions } from '@twelvefold/core/internal';
import type { Resource } from '@twelvefold/lifecycle';
import type { Logger } from '@twelvefold/logging';

/** The argument of an app resource's `start`. */
export interface ResourceContext<C> {
  /**
   * The newest config. Read it again for each new connection, so that a rotated password is used.
   */
  readonly config: C;
  /** Aborts when the start is cut short. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * A library that an app holds open: a database pool, an HTTP client. Every hook is optional.
 * `start` runs before the first request or message, `check` answers `/health/ready`, and after the
 * work in flight is done `stop` closes it.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 *
 * let pool: Pool | undefined;
 * export const database: AppResource<{ database: { url: Secret<string> } }> = {
 *   name: 'database',
 *   start: ({ config }) => {
 *     pool = new Pool({ connectionString: config.database.url.reveal() });
 *   },
 *   check: async () => void (await pool?.query('select 1')),
 *   stop: () => pool?.end(),
 * };
 * ```
 */
export interface AppResource<C = unknown> extends Omit<Resource, 'start'> {
  /** Becomes usable. A failure fails the whole start. */
  readonly start?: (context: ResourceContext<C>) => void | Promise<void>;
}

/** Options of `run`, `lambda` and `admin`. */
export interface HostOptions<C> {
  /** Started in this order after the config is loaded, stopped in reverse. @defaultValue none */
  readonly resources?: ReadonlyArray<AppResource<C>>;
  /**
   * Stands in for the global `Response` where an HTTP component runs: a response of a text then
   * costs a third. With false it is left alone. @defaultValue true
   */
  readonly lightResponses?: boolean;
}

/** The config that the handler of a component gets. */
export type ConfigOfComponent<K> = K extends { handler: (input: never, context: infer X) => unknown }
  ? X extends { config: infer C }
    ? C
    : never
  : never;

/** The config of a process that runs components: what any of them names. */
export type ConfigOfComponents<K extends readonly unknown[]> = (
  K[number] extends infer One
    ? One extends unknown
      ? (config: ConfigOfComponent<One>) => void
      : never
    : never
) extends (config: infer All) => void
  ? All
  : never;

/** The name of the resource that loads config and bindings. */
export const CONFIG_RESOURCE = 'config and bindings';

const OPTIONS = ['resources', 'lightResponses'];
const HOOKS = ['check', 'health', 'quiesce', 'drain', 'flush', 'stop'] as const;

export interface AppResourcesOptions {
  /** The newest config; called once a resource starts. */
  config(): unknown;
  logger: Logger;
}

/**
 * Makes resources of the lifecycle from those in the options of a host.
 *
 * @throws TypeError listing unknown options, missing and repeated names, and hooks that are not
 * functions.
 */
export function appResources(options: HostOptions<never>, { config, logger }: AppResourcesOptions): Resource[] {
  const { resources = [] } = options;
  const faults = unknownOptions(options, OPTIONS).map(
    (key) => `unknown option '${key}' (known: ${OPTIONS.join(', ')})`,
  );
  if (Array.isArray(resources)) faults.push(...resourceFaults(resources));
  else faults.push("'resources' is not an array");
  if (faults.length > 0) throw new TypeError(`Cannot start the app: ${faults.join('; ')}`);

  return resources.map((resource) => {
    const { name, dependsOn } = resource;
    const hooks = Object.fromEntries(
      HOOKS.filter((hook) => resource[hook]).map((hook) => [hook, (signal: AbortSignal) => resource[hook]?.(signal)]),
    );
    return {
      name,
      // Its config is loaded by then, whatever else it names.
      ...(dependsOn ? { dependsOn: [CONFIG_RESOURCE, ...dependsOn] } : {}),
      ...hooks,
      ...(resource.check ? { check: (signal) => checkSafely(resource, signal, logger) } : {}),
      start: async (signal) => {
        const context: ResourceContext<unknown> = {
          get config() {
            return config();
          },
          signal,
          logger,
        };
        try {
          await resource.start?.(context as ResourceContext<never>); // its type was checked at the host's signature
        } catch (error) {
          throw new Error(`Cannot start the resource '${name}': ${messageOf(error)}`, { cause: error });
        }
      },
    };
  });
}

/** Anyone who can reach `/health` reads the reason of a failed check. */
async function checkSafely(resource: AppResource<never>, signal: AbortSignal, logger: Logger): Promise<void> {
  try {
    await resource.check?.(signal);
  } catch (error) {
    throw new Error(logger.redactor.text(messageOf(error)));
  }
}

function resourceFaults(resources: readonly unknown[]): string[] {
  const names = new Set<unknown>();
  return resources.flatMap((resource, index) => {
    if (typeof resource !== 'object' || resource === null) return [`resource ${index} is not an object`];
    const { name, ...rest } = resource as Partial<Record<string, unknown>>; // read with care: it is checked here
    if (typeof name !== 'string' || name === '') return [`resource ${index} has no 'name'`];
    const faults = names.has(name) ? [`two resources are named '${name}'`] : [];
    names.add(name);
    const given = ['start', ...HOOKS].filter((hook) => Reflect.get(resource, hook) !== undefined);
    if (given.length === 0) faults.push(`'${name}' has none of start, ${HOOKS.join(', ')}`);
    for (const hook of given) {
      if (typeof Reflect.get(resource, hook) !== 'function') faults.push(`'${hook}' of '${name}' is not a function`);
    }
    if (rest.dependsOn !== undefined && !Array.isArray(rest.dependsOn)) {
      faults.push(`'dependsOn' of '${name}' is not an array of names`);
    }
    return faults;
  });
}
