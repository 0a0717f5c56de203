import type { StandardSchemaV1 } from '@standard-schema/spec';
import { assertName } from '@twelvefold/backing';
import { assertKnownOptions } from '@twelvefold/core/internal';

/**
 * A task: code that is run once, on demand, with parameters. Plain data; resources come in as its
 * context.
 *
 * `S` is the schema of its parameters, `R` its result, `C` its context.
 */
export interface TaskDefinition<S extends StandardSchemaV1 = StandardSchemaV1, R = unknown, C = unknown> {
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

/** A task of any parameters, result and context. */
export type AnyTask = TaskDefinition<StandardSchemaV1, unknown, never>;

export type TaskOptions<S extends StandardSchemaV1, R, C> = Omit<TaskDefinition<S, R, C>, 'kind'>;

/**
 * Declares a task.
 *
 * @throws TypeError for an unknown option, or a name other than lower-case words joined by hyphens.
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
  const { name, description, params, run } = options;
  assertName('task', name);
  assertKnownOptions(`define task '${name}'`, options, ['name', 'description', 'params', 'run']);
  if (typeof params?.['~standard']?.validate !== 'function') {
    throw new TypeError(`Cannot define task '${name}': 'params' is not a Standard Schema, e.g. z.object({})`);
  }
  if (typeof run !== 'function') throw new TypeError(`Cannot define task '${name}': 'run' is not a function`);
  return { kind: 'task', name, ...(description !== undefined && { description }), params, run };
}
