import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Duration } from 'aws-cdk-lib';
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda';

/**
 * The front of an HTTP component's function.
 *
 * - `http-api`: an HTTP API, the cheapest, up to 30 seconds and 10 MB
 * - `rest-api`: a REST API: AWS WAF, usage plans, and streamed responses
 * - `function-url`: an address of the function itself, with IAM authorization, up to 15 minutes
 */
export type HttpFront = 'http-api' | 'rest-api' | 'function-url';

/** Provisioned concurrency: environments that are started before they are needed. */
export interface ProvisionedConcurrency {
  /** Environments that are always there. */
  readonly min: number;
  /**
   * The most environments that scaling may provision. Above `min` it keeps 70 % of them in use.
   *
   * @defaultValue `min`: no scaling
   */
  readonly max?: number;
}

/** How traffic moves to a new version of a function. */
export interface GradualShift {
  /** Percent of the traffic that the new version gets first. */
  readonly percent: number;
  /** Minutes between two steps of `linear`, or until the rest follows with `canary`. */
  readonly minutes: number;
  /**
   * `canary` has one step, `linear` as many as it takes.
   *
   * @defaultValue 'canary'
   */
  readonly type?: 'canary' | 'linear';
}

/** Options of {@link lambda}. */
export interface LambdaOptions {
  /**
   * Megabytes, 128 to 10,240; CPU comes with it.
   *
   * @defaultValue 512
   */
  readonly memorySize?: number;
  /**
   * How long one invocation may take.
   *
   * @defaultValue 29 seconds for HTTP (the API gives up after 30), 15 minutes for a task (Lambda's
   * longest), and for a consumer a sixth of its queue's visibility timeout, rounded down to seconds
   */
  readonly timeout?: Duration;
  /**
   * The front of an HTTP component.
   *
   * @defaultValue 'http-api', and 'rest-api' for a component that streams its responses
   */
  readonly front?: HttpFront;
  /**
   * The most invocations of a consumer at once, 2 to 1,000 (a limit of the event source mapping).
   *
   * @defaultValue no limit but the account's
   */
  readonly maxConcurrency?: number;
  /**
   * Started environments, which need the alias `live`.
   *
   * @defaultValue none
   */
  readonly provisionedConcurrency?: ProvisionedConcurrency;
  /**
   * Moves traffic to a new version step by step, and back when an invocation fails or 1 % of the
   * answers in a minute are 5xx. It needs `code` of the app, because a version is made when
   * the code changes.
   *
   * @defaultValue all at once
   */
  readonly shift?: GradualShift;
  /**
   * Properties of CDK's function, over those of this construct, e.g.
   * `reservedConcurrentExecutions`.
   * What the role may do comes from `uses`.
   */
  readonly functionProps?: Partial<Omit<FunctionProps, 'role' | 'runtime' | 'code' | 'handler' | 'functionName'>>;
}

/** Options of {@link fargate}, only for a task: the service has its size in `service`. */
export interface FargateOptions {
  /**
   * CPU units of a task's task definition, 1,024 to a vCPU.
   *
   * @defaultValue 256
   */
  readonly cpu?: number;
  /**
   * MiB of memory of a task's own task definition.
   *
   * @defaultValue 512
   */
  readonly memoryLimitMiB?: number;
}

/** A component that runs as a Lambda function. */
export interface LambdaPlacement extends LambdaOptions {
  readonly host: 'lambda';
}

/** A component that runs on Fargate: in the app's service, or as a separate task. */
export interface FargatePlacement extends FargateOptions {
  readonly host: 'fargate';
}

/** Where a component runs, as data. */
export type Placement = LambdaPlacement | FargatePlacement;

/**
 * Where each component of the manifest runs, by its name; on more than one host if it is a list.
 *
 * @example
 * ```ts
 * const compute: Compute = {
 *   http: fargate(),
 *   orders: lambda({ maxConcurrency: 10 }),
 *   'recalculate-totals': [lambda({ memorySize: 1_024 }), fargate({ cpu: 1_024 })],
 * };
 * ```
 */
export type Compute = Readonly<Record<string, Placement | readonly Placement[]>>;

/**
 * Places a component in a Lambda function.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const compute = { orders: lambda({ memorySize: 1_024 }) };
 * new TwelveFactorApp(stack, 'Orders', { manifest, compute });
 * ```
 */
export function lambda(options: LambdaOptions = {}): LambdaPlacement {
  const known = [
    'memorySize',
    'timeout',
    'front',
    'maxConcurrency',
    'provisionedConcurrency',
    'shift',
    'functionProps',
  ];
  assertKnownOptions('use lambda()', options, known);
  return Object.freeze({ ...options, host: 'lambda' });
}

/**
 * Places a component on Fargate. HTTP fronts and consumers run together in the app's service, as
 * one process whose size is `service` of {@link TwelveFactorApp}. A task gets a separate task
 * definition and role; RunTask starts it.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const compute = { http: fargate(), orders: fargate(), nightly: fargate({ cpu: 1_024 }) };
 * new TwelveFactorApp(stack, 'Orders', { manifest, compute });
 * ```
 */
export function fargate(options: FargateOptions = {}): FargatePlacement {
  assertKnownOptions('use fargate()', options, ['cpu', 'memoryLimitMiB']);
  return Object.freeze({ ...options, host: 'fargate' });
}

/** `Array.isArray` does not narrow read-only lists. */
const isList = (value: Placement | readonly Placement[]): value is readonly Placement[] => Array.isArray(value);

/** Where the component called `name` runs; nowhere if `compute` does not have it. */
export function placementsOf(compute: Compute, name: string): readonly Placement[] {
  const placed = Object.hasOwn(compute, name) ? compute[name] : undefined;
  if (placed === undefined) return [];
  return isList(placed) ? placed : [placed];
}

/** The placement of a component in a function, if it has one. */
export function lambdaPlacement(compute: Compute, name: string): LambdaPlacement | undefined {
  return placementsOf(compute, name).find((placement) => placement.host === 'lambda');
}

/** The placement of a component on Fargate, if it has one. */
export function fargatePlacement(compute: Compute, name: string): FargatePlacement | undefined {
  return placementsOf(compute, name).find((placement) => placement.host === 'fargate');
}
