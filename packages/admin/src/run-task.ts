import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock, Deadline } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import type { TraceContext } from '@twelvefold/lifecycle/internal';
import { failSpan } from '@twelvefold/lifecycle/internal';
import type { Logger, Metrics } from '@twelvefold/logging';
import { isCancellation, METRIC_OF, runError } from './runner/outcome.ts';
import type { Run } from './runs/run.ts';
import { hideSecrets, secretsOf } from './secret-params.ts';
import type { TaskDefinition } from './task.ts';
import { validateParams } from './validate-params.ts';

export interface RunTaskOptions<C> {
  /** The component's name in logs and AWS calls. @defaultValue the task's name */
  component?: string;
  /** Makes the task's context; called inside the run's scope. */
  makeContext(scope: Scope): C | Promise<C>;
  /** Cancels the run. @defaultValue never */
  signal?: AbortSignal;
  /** @defaultValue none */
  deadline?: Deadline;
  /** The id of the flow that caused the run. @defaultValue a new one */
  correlationId?: string;
  trace?: TraceContext;
  /** Logs the run's start and end. @defaultValue none */
  logger?: Logger;
  /**
   * Counts `taskSucceeded`, `taskFailed` or `taskCancelled`, and `taskDuration`, by the dimension
   * `task`.
   *
   * @defaultValue none
   */
  metrics?: Metrics;
  /** @defaultValue systemClock */
  clock?: Pick<Clock, 'now' | 'monotonic'>;
  /** @defaultValue a random UUID */
  newId?: () => string;
}

type Outcome<R> = Pick<Run<R>, 'result'> & { status: keyof typeof METRIC_OF; cause?: unknown };

/**
 * Runs a task once, in its own invocation scope, and returns the record.
 *
 * A failure of the task is a record with status `errored`, not a rejection. A run whose signal
 * aborts is `cancelled` if the task gives up because of it. The promise settles when the task has
 * stopped.
 *
 * @throws ParamsInvalid naming every parameter that does not fit, before the task runs.
 * @example
 * ```ts
 * const makeContext = ({ signal }: { signal: AbortSignal }) => ({ signal });
 * const run = await runTask(recalculateTotals, { since: '2026-01-01' }, { makeContext });
 * if (run.status === 'errored') console.error(run.error?.message);
 * ```
 */
export async function runTask<S extends StandardSchemaV1, R, C>(
  task: TaskDefinition<S, R, C>,
  rawParams: unknown,
  options: RunTaskOptions<C>,
): Promise<Run<R>> {
  const params = await validateParams(task, rawParams);
  const { clock = systemClock, logger, metrics, signal } = options;
  hideSecrets(secretsOf(task, rawParams), logger?.redactor);
  const id = options.newId?.() ?? globalThis.crypto.randomUUID();
  const startedAt = new Date(clock.now()).toISOString();
  const start = clock.monotonic();
  const redact = (text: string) => logger?.redactor.text(text) ?? text;
  let correlationId = '';
  let outcome: Outcome<R> | undefined;

  const init = { ...options, kind: 'task' as const, component: options.component ?? task.name };
  try {
    await runInScope(init, async (scope) => {
      correlationId = scope.correlationId;
      logger?.info('Task started', { task: task.name, runId: id });
      outcome = await attempt(async () => {
        scope.signal.throwIfAborted();
        return task.run(params, await options.makeContext(scope));
      }, scope.signal);
      const { status, cause } = outcome;
      if (status !== 'succeeded') failSpan(scope, cause);
      const durationMs = elapsed(clock, start);
      const fields = { task: task.name, runId: id, durationMs };
      if (status === 'succeeded') logger?.info('Task succeeded', fields);
      else if (status === 'cancelled') logger?.warn('Task cancelled', { ...fields, error: cause });
      else logger?.error('Task failed', { ...fields, error: cause });
      metrics
        ?.addDimension('task', task.name)
        .addMetric(METRIC_OF[status], 'Count', 1)
        .addMetric('taskDuration', 'Milliseconds', durationMs);
    });
  } catch (error) {
    // The end of the scope belongs to the run: metrics or leases that cannot be settled are a
    // failure.
    if (!outcome || outcome.status === 'succeeded') outcome = { status: 'errored', cause: error };
    logger?.error('Cannot end task cleanly', { task: task.name, runId: id, correlation_id: correlationId, error });
  }

  const { status, result, cause }: Outcome<R> = outcome ?? { status: 'errored' };
  return {
    id,
    task: task.name,
    status,
    startedAt,
    endedAt: new Date(clock.now()).toISOString(),
    durationMs: elapsed(clock, start),
    correlationId,
    ...(result !== undefined && { result }),
    ...(status !== 'succeeded' && { error: runError(cause ?? signal?.reason, redact) }),
  };
}

async function attempt<R>(work: () => Promise<R>, signal: AbortSignal): Promise<Outcome<R>> {
  try {
    return { status: 'succeeded', result: await work() };
  } catch (error) {
    return { status: isCancellation(error, signal) ? 'cancelled' : 'errored', cause: error };
  }
}

function elapsed(clock: Pick<Clock, 'monotonic'>, start: number): number {
  return Math.round(clock.monotonic() - start);
}
