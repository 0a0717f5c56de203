import type { RunError, RunRecord } from '../runs/run.ts';
import { missingSecrets } from '../secret-params.ts';
import type { AnyTask } from '../task.ts';
import { isCollectionTask } from '../task.ts';

/** The step that the supervisor takes for a run now. */
export type NextStep =
  | { readonly step: 'wait'; readonly why: string }
  | { readonly step: 'launch'; readonly attempts: number }
  | { readonly step: 'give up'; readonly error: RunError };

/** The state of the lease that legs of a run need. */
export interface LeaseState {
  /** The holder, e.g. `run r1`; absent while it is free. */
  readonly holder?: string;
  /** Milliseconds since the epoch. */
  readonly untilMs?: number;
}

/** A Fargate task takes a minute or two to start; a function, seconds. */
const PATIENCE_MS = { ecs: 300_000, lambda: 60_000, here: 60_000 } as const;
const MAX_LAUNCHES = 3;
/**
 * Legs in a row without a single record: a record that kills its process would be tried without a
 * limit.
 */
const MAX_IDLE_LEGS = 5;

/** Decides about one run. A mistake is harmless: the lease refuses a leg too many. */
export function nextStep(run: RunRecord, task: AnyTask | undefined, lease: LeaseState, nowMs: number): NextStep {
  const giveUp = (code: string, message: string): NextStep => ({
    step: 'give up',
    error: { name: 'TwelvefoldError', code, message },
  });
  const resume = `resume it with 'resume ${run.id}'`;
  if (!task) return { step: 'wait', why: `the app has no task '${run.task}'` };
  if (lease.holder !== undefined && (lease.untilMs ?? 0) >= nowMs)
    return { step: 'wait', why: `${lease.holder} is at work` };

  const { launch } = run;
  if (launch) {
    const sinceMs = nowMs - Date.parse(launch.at);
    if (launch.failure === undefined && sinceMs < PATIENCE_MS[run.on])
      return { step: 'wait', why: 'a leg was launched' };
    if (launch.attempts >= MAX_LAUNCHES) {
      const why = launch.failure ?? `${launch.ref ?? run.on} did not begin within ${PATIENCE_MS[run.on] / 1_000} s`;
      return giveUp(
        'RUN_NOT_STARTED',
        `Cannot start run ${run.id} after ${launch.attempts} tries: ${why}; then ${resume}`,
      );
    }
    return { step: 'launch', attempts: launch.attempts + 1 };
  }
  const begun = run.leg > 0 && run.status !== 'enqueued';
  if (
    begun &&
    !isCollectionTask(task) &&
    task.restartable !== true &&
    run.status !== 'cancelling' &&
    run.status !== 'pausing'
  ) {
    return giveUp(
      'RUN_DIED',
      `Run ${run.id} ended in the middle of leg ${run.leg} on ${run.host}; the task has no position to go on from: look what it did, then ${resume}, or declare it 'restartable'`,
    );
  }
  if (begun && missingSecrets(task, run.params, {}).length > 0) {
    return giveUp('RUN_DIED', `Run ${run.id} needs its secret parameters again: ${resume} and give them`);
  }
  if (run.idleLegs >= MAX_IDLE_LEGS) {
    return giveUp(
      'RUN_STUCK',
      `Run ${run.id} got no further in ${run.idleLegs} legs; look at the log of the last one (${run.host}), then ${resume}`,
    );
  }
  return { step: 'launch', attempts: 1 };
}
