import type { Aws, AwsPort } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import type { Access, Accesses, Definition } from './definition.ts';
import { assertName } from './definition.ts';
import type { Infrastructure, InfrastructureContext } from './infrastructure.ts';
import type { Source } from './source.ts';

/** A value of the app's config that a kind needs, as `config.key('database.url')` makes it. */
export interface ConfigReference<T = unknown> {
  /** The path of the value, e.g. `database.url`. */
  readonly path: string;
  /** The config that has it. */
  readonly config: object;
  /** Never present. */
  readonly types?: { readonly value: T } | undefined;
}

/** The value that leads a client to its resource: how it is named, and how a correct one looks. */
export interface BindingOfKind {
  readonly value: 'url' | 'arn' | 'name';
  readonly pattern: RegExp;
  /** For errors, e.g. `the URL of a queue`. */
  readonly expected: string;
}

/** Another definition that a definition depends on, such as a topic that a queue subscribes to. */
export interface Reference {
  /** Must be in the same app's `backing`. */
  readonly definition: Definition;
  /** For errors, e.g. `subscribes to the topic`. */
  readonly relation: string;
  /**
   * Set where messages of the other arrive here: `all` are compared with this one's schema when the
   * manifest is built.
   */
  readonly messages?: 'all' | 'some';
}

/**
 * The metrics of one resource. A call adds to a sum in memory: cheap enough for every operation.
 */
export interface ResourceMetrics {
  /** Adds to a count, e.g. `cacheHits`. @param by 1 by default */
  count(name: string, by?: number): void;
  /** Adds a time in milliseconds, e.g. `cacheLoadTime`; a fair sample of 100 is published. */
  time(name: string, ms: number): void;
}

/** Everything that a driver gets to open a client. */
export interface OpenContext {
  /** The resource's key in `backing`. */
  readonly key: string;
  /** The binding's value: URL, ARN or name. Empty for a kind without a binding. */
  readonly target: string;
  /** The accesses that `uses` asks for. */
  readonly accesses: readonly string[];
  /** The port to AWS. Its calls name the component. */
  readonly aws: Aws;
  /**
   * Signs tokens that stand in for passwords, see `createAuthTokens`. Absent where the port cannot.
   */
  readonly identity?: Pick<AwsPort, 'region' | 'credentials'> | undefined;
  /** The component that uses the client, or `service` for a client that the process shares. */
  readonly component: string;
  readonly clock: Clock;
  /** 0 to below 1, for jitter. */
  readonly random: () => number;
  /** Aborts when the start is given up. */
  readonly signal?: AbortSignal | undefined;
  /** Logs a warning. */
  warn(message: string): void;
  /** Gathers metrics, which the host publishes under the dimensions `component` and `resource`. */
  readonly metrics: ResourceMetrics;
  /**
   * The value of a reference in the current config. Call it again after a refused login: the value
   * may have been rotated.
   */
  config<T>(reference: ConfigReference<T>): T;
  /**
   * Looks for a newer config after a service refused a login; callers share one fetch. Resolves
   * with true if there is one.
   */
  credentialsRefused(options?: { readonly signal?: AbortSignal }): Promise<boolean>;
  /**
   * The value that a secret had before it changed, for a service that refuses the new one. Resolves
   * with `undefined` unless the secret changed in the last 60 s. Read at most once per config.
   */
  previousSecret<T>(reference: ConfigReference<T>): Promise<T | undefined>;
  /**
   * Invocations of the components that use the client which the host may run at once: the size of a
   * pool.
   */
  readonly concurrency: number;
  /** True on a developer's machine: for warnings that cost time. */
  readonly isDevelopment: boolean;
}

/** An opened client, and what the lifecycle does with it. */
export interface Opened<Client> {
  readonly client: Client;
  /** Rejects with the reason while the resource cannot be used: the service is then not ready. */
  check?(signal?: AbortSignal): Promise<void>;
  /** Resolves when work that the client holds has ended. */
  drain?(signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when work that no caller waits for has ended: called before a Lambda environment may
   * freeze, so at the end of each invocation, and at the drain of a service.
   */
  flush?(signal?: AbortSignal): Promise<void>;
  /** Closes connections. */
  stop?(signal?: AbortSignal): Promise<void>;
  /**
   * The client of a dry run: it changes nothing, and reports each write that it did not make by its
   * method. For clients whose methods do not show whether they write, such as a query of SQL.
   * @defaultValue methods as `dryRun` of the kind has them
   */
  dryRun?(wrote: (method: string) => void): Client;
}

/**
 * A method in a dry run of a task: `pass` calls it; `done` records it and answers with nothing,
 * `{ answer }` with that; `unknown` records it, and its result throws `DRY_RUN_UNKNOWN` when it is
 * read.
 */
export type DryRunMethod = 'pass' | 'done' | 'unknown' | { readonly answer: unknown };

/**
 * A technology behind a kind: where the resource is, what it takes to reach it, and how its client
 * opens. All drivers of a kind offer the methods of its accesses. `D` is the definition, `A` the
 * names of the accesses.
 */
export interface Driver<D = never, Client = unknown, A extends string = string> {
  /**
   * The IAM actions of the accesses: one list for all of them, or a list for each. A sum such as
   * `read` that is not named has those of its parts, any other access that is not named has none.
   * @defaultValue the actions that the kind's `accesses` give
   */
  readonly actions?: readonly string[] | { readonly [N in A]?: readonly string[] };
  /**
   * Definitions with the same one must have different names in an app, e.g. `table` for all that
   * are DynamoDB tables.
   * @defaultValue the kind's name
   */
  readonly namespace?: string;
  /** Undefined for a driver that is reached without one, e.g. by its config. */
  readonly binding?: BindingOfKind | undefined;
  /**
   * Module specifiers that `open` imports. The bundle of a component that does not open the driver
   * leaves them out.
   * @defaultValue none: every bundle carries what `open` imports
   */
  readonly modules?: readonly string[];
  /**
   * Whether each component of a process has its own client, or all share one, as connection pools
   * do.
   * @defaultValue 'component'
   */
  readonly share?: 'process' | 'component';
  /** Set on a driver that components can consume. */
  readonly source?: Source<D>;
  /**
   * The config values that `open` reads: components that use the resource may read exactly these.
   */
  configKeys?(definition: D): readonly ConfigReference[];
  /** Put behind the physical name, e.g. `.fifo`. */
  nameSuffix?(definition: D): string;
  /**
   * CloudFormation's view; no `resources` for a driver that needs none. Without it, `props.kinds`
   * of the CDK construct makes the resource.
   */
  infrastructure?(definition: D, context: InfrastructureContext): Infrastructure;
  /**
   * Makes the client, with all its methods. Third-party packages and SDKs are imported in here, by
   * `await import()`.
   */
  open(definition: D, context: OpenContext): Promise<Opened<Client>>;
}

/** The part of a kind that does not depend on its accesses. */
interface KindBase<D, Client, A extends string, N extends string> {
  /** The definition's `kind`. */
  readonly name: string;
  /** The technologies to choose from, by the name that a definition's `driver` has. */
  readonly drivers: { readonly [Name in N]: Driver<D, Client, A> };
  /** For definitions that name none. @defaultValue the first of `drivers` */
  readonly defaultDriver?: NoInfer<N>;
  /**
   * Resources that come with this one, by name: `{ deadLetter }` of `orders` has the key
   * `ordersDeadLetter`.
   */
  companions?(definition: D): Readonly<Record<string, Definition>>;
  /** Other definitions of the app that this one needs. */
  references?(definition: D): readonly Reference[];
  /**
   * Methods in a dry run, where an opened client has no `dryRun`.
   * @defaultValue `pass` for the methods of accesses whose actions only read, `unknown` for others
   */
  readonly dryRun?: Readonly<Record<string, DryRunMethod>>;
  /** Facts for the manifest that other tools may read. */
  details?(definition: D): Readonly<Record<string, unknown>>;
}

/**
 * A kind of backing service: one object that has everything that the runtime, the manifest and the
 * infrastructure need. `D` is the definition; it defaults to `never` because only the runtime calls
 * a kind that it found on a definition.
 */
export interface Kind<D = never, Client = unknown, A extends Accesses = Accesses, N extends string = string>
  extends KindBase<D, Client, keyof A & string, N> {
  readonly accesses: A;
}

/** The names of a kind's drivers, e.g. `'dynamodb' | 'memory'`: the type of a `driver` option. */
export type DriverName<K> = K extends { readonly drivers: infer Drivers } ? keyof Drivers & string : never;

/**
 * Where a definition keeps its kind. `Symbol.for`, so that two copies of this package find the same
 * one.
 */
const KIND = Symbol.for('twelvefold.kind');

/**
 * Makes a frozen definition of a kind. The kind hangs on it under a symbol, so JSON and
 * `structuredClone` see plain data.
 *
 * @throws TypeError for a name that cannot become part of a physical name, and for a driver that
 * the kind does not have.
 */
export function makeDefinition<const F extends { readonly name: string; readonly driver?: string | undefined }>(
  kind: Kind,
  fields: F,
): Omit<F, 'driver'> & { kind: string; driver: string } {
  assertName(kind.name, fields.name);
  const names = Object.keys(kind.drivers);
  const { driver = kind.defaultDriver ?? names[0] ?? '' } = fields;
  if (!names.includes(driver)) {
    throw new TypeError(
      `Cannot define ${kind.name} '${fields.name}': driver is ${JSON.stringify(driver)}; choose ${names.join(' or ')}`,
    );
  }
  return Object.freeze(Object.defineProperty({ kind: kind.name, ...fields, driver }, KIND, { value: kind }));
}

/**
 * The kind of a definition.
 *
 * @throws TypeError for an object that no kind's function made, or a copy of one by
 * `{ ...definition }`.
 */
export function kindOf(definition: Definition): Kind {
  const kind = findKind(definition);
  if (kind) return kind;
  throw new TypeError(
    `Cannot use ${JSON.stringify(definition)} as a resource: make it with queue(), table() or another kind's function`,
  );
}

/** The kind of a definition, or `undefined` for anything else. */
export function findKind(definition: unknown): Kind | undefined {
  if (typeof definition !== 'object' || definition === null) return undefined;
  return (definition as { [KIND]?: Kind })[KIND]; // set by makeDefinition only
}

/** The driver that a definition names, or its kind's default. */
export function driverOf(definition: Definition): Driver {
  const { drivers } = kindOf(definition);
  const driver = drivers[definition.driver];
  if (driver) return driver;
  throw new TypeError(`Cannot use ${definition.kind} '${definition.name}': it has no driver '${definition.driver}'`);
}

/** The IAM actions that an access of a definition needs with its driver. */
export function actionsOf(definition: Definition, access: string): readonly string[] {
  const { actions } = driverOf(definition);
  const { accesses } = kindOf(definition);
  const { actions: usual = [], sumOf = [] } = accesses[access] ?? {};
  if (actions === undefined) return usual;
  if (isList(actions)) return actions;
  return actions[access] ?? [...new Set(sumOf.flatMap((part) => actions[part] ?? []))];
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The options of {@link defineKind}: a kind without its accesses, which need the client's type. */
export type KindOptions<D, Client, N extends string = string> = KindBase<D, Client, string, N>;

/** Accesses whose methods the client has. */
type AccessesOf<Client> = Readonly<Record<string, Access & { readonly methods: ReadonlyArray<keyof Client & string> }>>;

/**
 * Defines a kind of backing service. The second call is there for the compiler: it takes the
 * client's type from `open`, and compares the methods of each access with it.
 *
 * @throws TypeError for a kind without drivers, an access without methods, an action that is not
 * exact, and a driver's actions for an access that is not there.
 * @example
 * ```ts
 * import { dynamodb } from '@twelvefold/aws';
 *
 * const counterKind = defineKind({
 *   name: 'counter',
 *   drivers: {
 *     dynamodb: {
 *       binding: { value: 'name', pattern: /^[\w-]+$/, expected: 'the name of a table' },
 *       open: async ({ name }: { name: string; step: number }, { target: TableName, aws }) => ({
 *         client: {
 *           remove: () => {
 *             const input = { TableName, Key: { id: name } };
 *             return aws.call(dynamodb, 'DeleteItem', input, { access: 'write' });
 *           },
 *         },
 *       }),
 *     },
 *   },
 * }).accesses({ remove: { methods: ['remove'], actions: ['dynamodb:DeleteItem'] } });
 * ```
 */
export function defineKind<D extends { readonly name: string }, Client extends object, const N extends string>(
  options: KindOptions<D, Client, N>,
): { accesses<const A extends AccessesOf<Client>>(accesses: A): Kind<D, Client, A, N> } {
  return {
    accesses(accesses) {
      const faults = kindFaults(options, accesses);
      if (faults.length > 0) throw new TypeError(`Cannot define the kind '${options.name}': ${faults.join('; ')}`);
      return Object.freeze({ ...options, accesses });
    },
  };
}

function kindFaults({ drivers, defaultDriver }: KindOptions<never, unknown>, accesses: Accesses): string[] {
  const faults = Object.entries(accesses).flatMap(([name, { methods, actions, parts = {} }]) => [
    ...(methods.length === 0 ? [`the access '${name}' has no methods`] : []),
    ...inexact(`the access '${name}'`, [...actions, ...Object.values(parts).flat()]),
  ]);
  const names = Object.keys(drivers);
  if (names.length === 0) faults.push('it has no drivers');
  if (defaultDriver !== undefined && !names.includes(defaultDriver)) {
    faults.push(`the default driver is '${defaultDriver}', not one of ${names.join(', ')}`);
  }
  for (const [driver, { actions = [] }] of Object.entries<Driver>(drivers)) {
    const lists = isList(actions) ? [['every access', actions] as const] : Object.entries(actions);
    for (const [access, list = []] of lists) {
      if (!isList(actions) && !Object.hasOwn(accesses, access)) {
        faults.push(`the driver '${driver}' has actions for '${access}', which is not an access`);
      }
      faults.push(...inexact(`the driver '${driver}'`, list));
    }
  }
  return faults;
}

function inexact(subject: string, actions: readonly string[]): string[] {
  return actions
    .filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))
    .map((action) => `${subject} has the action '${action}'; name one action, e.g. sqs:SendMessage`);
}
