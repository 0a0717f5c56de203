import type { RunRecord } from '@twelvefold/admin';
import { runTask, taskInvocation } from '@twelvefold/admin';
import { newRun } from '@twelvefold/admin/internal';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import type { LambdaInvocation } from '@twelvefold/lifecycle/internal/lambda';
import { isEventBridgeEvent } from '@twelvefold/lifecycle/internal/lambda';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { TaskComponent } from '../component.ts';
import type { CountedPort } from '../runtime/counted-port.ts';
import type { FatalLegs } from '../runtime/fatal-legs.ts';
import type { Runtime } from '../runtime/open-runtime.ts';
import { taskContext } from '../runtime/task-context.ts';
import { runStoreOf, taskLeg } from '../runtime/task-legs.ts';
import { taskOf } from '../runtime/task-of.ts';

export interface TaskWorkOptions {
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly port: CountedPort;
  readonly fatal: FatalLegs;
  /** Identifies the deployed code. */
  readonly release: string | undefined;
}

/**
 * The work of a task's function. With records of runs, `{ run }` is a leg of one that exists; any
 * other event makes a record first and begins its first leg.
 */
export function taskWork(
  component: TaskComponent,
  options: TaskWorkOptions,
): (event: unknown, invocation: LambdaInvocation) => Promise<unknown> {
  const { runtime, logger, metrics, clock, release } = options;
  const task = taskOf(component);
  const store = runStoreOf(runtime, component);
  if (!store) {
    if (!('run' in task)) throw new TypeError(`Cannot run '${task.name}' without records of runs`);
    return async (event, { signal, deadline }) => {
      const { params, correlationId } = taskInvocation([task], asInvocation(component, event));
      return runTask(task, params, {
        component: component.name,
        ...(correlationId === undefined ? {} : { correlationId }),
        signal,
        deadline,
        clock,
        logger,
        metrics,
        makeContext: (scope) => taskContext(runtime, component, scope, { params, dryRun: false, onWrite: () => {} }),
      });
    };
  }

  const leg = async (run: string, secrets: Readonly<Record<string, unknown>>, invocation: LambdaInvocation) => {
    const { signal, deadline, context } = invocation;
    const host = `lambda ${context.functionName}`;
    try {
      return await taskLeg({ ...options, component, store, run, host, secrets, signal, deadline });
    } catch (error) {
      // A second delivery of the event, or a run that waits for another one: the record says so.
      if (!TwelvefoldError.isInstance(error, 'LOCK_HELD') && !TwelvefoldError.isInstance(error, 'LOCK_LOST'))
        throw error;
      logger.warn('leg refused', { runId: run, error });
      return store.get(run, { signal });
    }
  };
  return async (event, invocation): Promise<RunRecord> => {
    const requested = legOf(event);
    if (requested) return leg(requested.run, requested.secrets, invocation);
    const { params, correlationId } = taskInvocation([task], asInvocation(component, event));
    const given = params as Record<string, unknown>; // taskInvocation has looked
    const caller = isEventBridgeEvent(event) ? `eventbridge ${event.source}` : 'lambda invoke';
    const { run, secrets } = await newRun(task, given, { on: 'lambda', caller, release, correlationId, clock });
    const { run: record } = await store.create(run);
    return leg(record.id, secrets, invocation);
  };
}

/** The run of `{ run, secrets }`. */
function legOf(event: unknown): { run: string; secrets: Readonly<Record<string, unknown>> } | undefined {
  if (typeof event !== 'object' || event === null || !('run' in event) || typeof event.run !== 'string')
    return undefined;
  const secrets = 'secrets' in event && typeof event.secrets === 'object' ? event.secrets : {};
  return { run: event.run, secrets: { ...secrets } };
}

/**
 * An event of EventBridge as the invocation that it stands for; its id ties together what it
 * causes.
 */
function asInvocation({ name }: TaskComponent, event: unknown): unknown {
  return isEventBridgeEvent(event) ? { task: name, params: event.detail, correlationId: event.id } : event;
}
