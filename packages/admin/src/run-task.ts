import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock, Deadline } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { codeOf } from '@twelvefold/core/internal';
import type { Scope, TraceContext } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import { failSpan } from '@twelvefold/lifecycle/internal';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { Run, RunError } from './run.ts';
import type { TaskDefinition } from './task.ts';
import { validateParams } from './validate-params.ts';

export interface RunTaskOptions<C> {
  /** The component that runs the task, as logs and AWS calls name it. @defaultValue the task's name */
  component?: string;
  /** Makes what the task gets beside its parameters; called inside the run's scope. */
  makeContext(scope: Scope): C | Promise<C>;
  /** Cancels the run. @defaultValue never */
  signal?: AbortSignal;
  /** @defaultValue none */
  deadline?: Deadline;
  /** Ties the run to what caused it. @defaultValue a new one */
  correlationId?: string;
  trace?: TraceContext;
  /** Is told when the run starts and how it ends. @defaultValue nobody */
  logger?: Logger;
  /** Gets `taskSucceeded`, `taskFailed` or `taskCancelled`, and `taskDuration`, by the dimension `task`. @defaultValue nobody */
  metrics?: Metrics;
  /** @defaultValue systemClock */
  clock?: Pick<Clock, 'now' | 'monotonic'>;
  /** @defaultValue a random UUID */
  newId?: () => string;
}

type Outcome<R> = Pick<Run<R>, 'status' | 'result' | 'error'> & { cause?: unknown };

/**
 * Runs a task once, in an invocation scope of its own, and records how it went.
 *
 * A failure of the task is a record with status `failed`, not a rejection. A run whose signal aborts is `cancelled` when
 * the task gives up because of it; the task decides when to stop, so the promise settles when it has.
 *
 * @throws ParamsInvalid (code `PARAMS_INVALID`) naming every parameter that does not fit; the task has not run then.
 * @example
 * ```ts
 * const run = await runTask(recalculateTotals, { since: '2026-01-01' }, { makeContext: ({ signal }) => ({ signal }) });
 * if (run.status === 'failed') console.error(run.error?.message);
 * ```
 */
export async function runTask<S extends StandardSchemaV1, R, C>(
  task: TaskDefinition<S, R, C>,
  rawParams: unknown,
  options: RunTaskOptions<C>,
): Promise<Run<R>> {
  const params = await validateParams(task, rawParams);
  const { clock = systemClock, logger, metrics, signal } = options;
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
    // What the scope's end does belongs to the run: metrics or leases that cannot be settled are a failure.
    if (!outcome || outcome.status === 'succeeded') outcome = { status: 'failed', cause: error };
    logger?.error('Cannot end task cleanly', { task: task.name, runId: id, correlation_id: correlationId, error });
  }

  const { status, result, cause } = outcome ?? { status: 'failed' };
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

const METRIC_OF = { succeeded: 'taskSucceeded', failed: 'taskFailed', cancelled: 'taskCancelled' } as const;

async function attempt<R>(work: () => Promise<R>, signal: AbortSignal): Promise<Outcome<R>> {
  try {
    return { status: 'succeeded', result: await work() };
  } catch (error) {
    return { status: isCancellation(error, signal) ? 'cancelled' : 'failed', cause: error };
  }
}

/** True when the error is the signal's reason, was caused by it, or is what libraries throw on abort. */
function isCancellation(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  const seen = new Set<unknown>();
  for (let current = error; !seen.has(current); current = current instanceof Error ? current.cause : undefined) {
    if (current === signal.reason) return true;
    if (current instanceof Error && current.name === 'AbortError') return true;
    seen.add(current);
  }
  return false;
}

function runError(cause: unknown, redact: (text: string) => string): RunError {
  if (!(cause instanceof Error)) return { name: 'Error', message: redact(String(cause)) };
  const { name, message } = cause;
  const code = codeOf(cause);
  return { name, message: redact(message), ...(typeof code === 'string' && { code }) };
}

function elapsed(clock: Pick<Clock, 'monotonic'>, start: number): number {
  return Math.round(clock.monotonic() - start);
}
