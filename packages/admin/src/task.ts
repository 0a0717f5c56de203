import type { StandardSchemaV1 } from '@standard-schema/spec';
import { assertName } from '@twelvefold/backing/internal';
import { unknownOptions } from '@twelvefold/core/internal';
import type { Collection } from './collection.ts';
import type { Throttle } from './runner/pace.ts';
import { throttleFaults } from './runner/pace.ts';
import type { Schedule } from './schedule.ts';
import { scheduleFaults, schedulesOf } from './schedule.ts';

/** Rules for the runs of a task. All but `secretParams` need a table of runs. */
export interface TaskPolicy {
  /** Runs at the same time. @defaultValue 1 */
  readonly concurrency?: number;
  /**
   * Runs once per release: a second launch of the same release shows the run that exists.
   * @defaultValue false
   */
  readonly oncePerRelease?: boolean;
  /**
   * Parameters that no record, list or log shows. A run with one goes on only in the process
   * that was given it; after an interruption a person resumes it and gives it again.
   * @defaultValue none
   */
  readonly secretParams?: readonly string[];
  /** When the supervisor starts a run by itself. @defaultValue never */
  readonly schedule?: Schedule | readonly Schedule[];
  /**
   * Starts a task without a collection again after its leg was interrupted or died. @defaultValue
   * false
   */
  readonly restartable?: boolean;
}

/**
 * A task that does its work in one call. `S` is the schema of its parameters, `R` its result, `C`
 * its context.
 */
export interface TaskDefinition<S extends StandardSchemaV1 = StandardSchemaV1, R = unknown, C = unknown>
  extends TaskPolicy {
  readonly kind: 'task';
  /** Lower-case words joined by hyphens; the command line and Lambda invocations use it. */
  readonly name: string;
  readonly description?: string;
  /** Shape of the parameters: an object. */
  readonly params: S;
  /**
   * Does the work. Should stop early when the context's signal aborts. The run's record holds its
   * result as JSON.
   */
  run(params: StandardSchemaV1.InferOutput<S>, ctx: C): R | Promise<R>;
}

/** Rules for a task over a collection. */
export interface CollectionPolicy extends TaskPolicy {
  /**
   * Parts of the collection that are worked on at the same time, each with its own position. The
   * number is fixed for a run by its first leg. @defaultValue 1
   */
  readonly segments?: number;
  /** Holds the pace back. @defaultValue as fast as it goes */
  readonly throttle?: Throttle;
  /** Records that may fail before the run ends as `errored`. @defaultValue 100 */
  readonly maxFailures?: number;
}

/**
 * A task that works on the records of a collection one by one, and can stop and go on behind any
 * of them.
 */
export interface CollectionTask<S extends StandardSchemaV1 = StandardSchemaV1, T = unknown, C = unknown>
  extends CollectionPolicy {
  readonly kind: 'task';
  readonly name: string;
  readonly description?: string;
  readonly params: S;
  /** The records. Called once per leg and segment. */
  over(params: StandardSchemaV1.InferOutput<S>, ctx: C): Collection<T> | Promise<Collection<T>>;
  /**
   * Works on one record. It may be called twice for the records since the last checkpoint: see
   * `ctx.fence`.
   */
  each(record: T, ctx: C): unknown;
}

/** A task over a collection of any parameters, records and context. */
export interface AnyCollectionTask extends Omit<CollectionTask<StandardSchemaV1, never, never>, 'over' | 'each'> {
  over(params: never, ctx: never): unknown;
  each(record: never, ctx: never): unknown;
}

/** A task of any parameters, result and context. */
export type AnyTask = TaskDefinition<StandardSchemaV1, unknown, never> | AnyCollectionTask;

export type TaskOptions<S extends StandardSchemaV1, R, C> = Omit<TaskDefinition<S, R, C>, 'kind'>;
export type CollectionTaskOptions<S extends StandardSchemaV1, T, C> = Omit<CollectionTask<S, T, C>, 'kind'>;

export function isCollectionTask(task: AnyTask): task is AnyCollectionTask {
  return 'over' in task;
}

const POLICY = ['concurrency', 'oncePerRelease', 'secretParams', 'schedule', 'restartable'];
const COLLECTION_POLICY = [...POLICY.slice(0, -1), 'segments', 'throttle', 'maxFailures'];
const COMMON = ['name', 'description', 'params'];

/**
 * Declares a task that does its work in one call.
 *
 * @throws TypeError listing everything that is wrong with it.
 * @example
 * ```ts
 * const recalculateTotals = defineTask({
 *   name: 'recalculate-totals',
 *   params: z.object({ since: z.iso.date(), dryRun: z.boolean().default(false) }),
 *   run: async ({ since, dryRun }, ctx: { signal: AbortSignal }) => ({
 *     changed: await recalculate(since, dryRun, ctx.signal),
 *   }),
 * });
 * ```
 */
export function defineTask<S extends StandardSchemaV1, R, C>(options: TaskOptions<S, R, C>): TaskDefinition<S, R, C> {
  assertName('task', options.name);
  const faults = unknownFaults(options, [...COMMON, ...POLICY, 'run']);
  faults.push(...taskFaults(options));
  if (typeof options.run !== 'function') faults.push("'run' is not a function");
  refuse(options.name, faults);
  return { kind: 'task', ...options };
}

/**
 * Declares a task over a collection.
 *
 * @throws TypeError listing everything that is wrong with it.
 * @example
 * ```ts
 * const welcome = defineCollectionTask({
 *   name: 'welcome',
 *   params: z.object({}),
 *   over: () => listCollection(['ada', 'bob']),
 *   each: async (user, ctx: { signal: AbortSignal }) => console.log(user),
 * });
 * ```
 */
export function defineCollectionTask<S extends StandardSchemaV1, T, C>(
  options: CollectionTaskOptions<S, T, C>,
): CollectionTask<S, T, C> {
  assertName('task', options.name);
  const faults = unknownFaults(options, [...COMMON, ...COLLECTION_POLICY, 'over', 'each']);
  faults.push(...taskFaults(options), ...collectionFaults(options));
  if (typeof options.over !== 'function') faults.push("'over' is not a function");
  if (typeof options.each !== 'function') faults.push("'each' is not a function");
  refuse(options.name, faults);
  return { kind: 'task', ...options };
}

/** The faults of what both shapes have. */
export function taskFaults({
  params,
  concurrency,
  secretParams,
  schedule,
}: Omit<TaskPolicy, 'run'> & { params: unknown }) {
  const faults: string[] = [];
  if (typeof (params as Partial<StandardSchemaV1> | undefined)?.['~standard']?.validate !== 'function') {
    faults.push("'params' is not a Standard Schema, e.g. z.object({})");
  }
  if (concurrency !== undefined && !isWhole(concurrency, 1_000)) {
    faults.push(`'concurrency' is ${concurrency}; it must be 1 to 1000`);
  }
  if (
    secretParams !== undefined &&
    !(Array.isArray(secretParams) && secretParams.every((name) => typeof name === 'string'))
  ) {
    faults.push("'secretParams' is not a list of parameters' names");
  }
  faults.push(...scheduleFaults(schedule));
  const shown = schedulesOf(schedule).flatMap(({ params: given = {} }) => Object.keys(given));
  for (const name of new Set(shown.filter((one) => Array.isArray(secretParams) && secretParams.includes(one)))) {
    faults.push(`'schedule.params' has the secret '${name}', which a template would show; read it from the config`);
  }
  return faults;
}

/** The faults of what a task over a collection has besides. */
export function collectionFaults({ segments, throttle, maxFailures }: CollectionPolicy): string[] {
  const faults: string[] = [];
  if (segments !== undefined && !isWhole(segments, 100)) faults.push(`'segments' is ${segments}; it must be 1 to 100`);
  if (maxFailures !== undefined && !(Number.isInteger(maxFailures) && maxFailures >= 0)) {
    faults.push(`'maxFailures' is ${maxFailures}; it must be a whole number from 0`);
  }
  if (throttle !== undefined) faults.push(...throttleFaults(throttle));
  return faults;
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

function unknownFaults(options: object, known: readonly string[]): string[] {
  return unknownOptions(options, known).map((key) => `unknown option '${key}'; known: ${known.join(', ')}`);
}

function refuse(name: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new TypeError(`Cannot define task '${name}': ${faults.join('; ')}`);
}
