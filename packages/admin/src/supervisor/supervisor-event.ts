import { TwelvefoldError } from '@twelvefold/core';
import { runOfTask } from '../launch/ecs.ts';
import type { StoppedTask } from '../launch/stop-reasons.ts';
import type { RunPlace } from '../runs/run.ts';

/** An event of the supervisor's function. */
export type SupervisorEvent =
  /** Each minute. */
  | { readonly kind: 'look' }
  /** A task of ECS has stopped. */
  | { readonly kind: 'stopped'; readonly run: string; readonly taskArn: string; readonly task: StoppedTask }
  /** A schedule is due. */
  | {
      readonly kind: 'due';
      readonly task: string;
      /** Where the run works. */
      readonly on: RunPlace;
      readonly params: Readonly<Record<string, unknown>>;
      readonly scheduleArn: string;
      readonly scheduledTime: string;
    };

/**
 * Reads an event: EventBridge's of a rule each minute or of a stopped task, or the input of a
 * schedule:
 * `{ "task", "params", "on", "scheduleArn": "<aws.scheduler.schedule-arn>", "scheduledTime":
 * "<aws.scheduler.scheduled-time>" }`. `on` is `lambda`, the default, or `ecs`.
 *
 * @throws TwelvefoldError `INVOCATION_INVALID` for anything else.
 */
export function supervisorEvent(event: unknown): SupervisorEvent {
  const given = (typeof event === 'object' && event !== null ? event : {}) as Record<string, unknown>; // read field by field
  if (given['detail-type'] === 'ECS Task State Change') return stopped(given.detail);
  if (typeof given['detail-type'] === 'string' || Object.keys(given).length === 0) return { kind: 'look' };
  const { task, params = {}, on = 'lambda', scheduleArn, scheduledTime } = given;
  const isPlace = on === 'lambda' || on === 'ecs';
  const isDue = isText(task) && isText(scheduleArn) && isText(scheduledTime);
  if (isDue && isPlace && typeof params === 'object' && params !== null) {
    return { kind: 'due', task, on, params: params as Record<string, unknown>, scheduleArn, scheduledTime };
  }
  throw new TwelvefoldError(
    'INVOCATION_INVALID',
    "Cannot read the supervisor's event: give it an EventBridge event, or a schedule's input with task, scheduleArn, scheduledTime and, if it has it, on 'lambda' or 'ecs'",
  );
}

function stopped(detail: unknown): SupervisorEvent {
  const { startedBy, taskArn, lastStatus, ...task } = (detail ?? {}) as StoppedTask & Record<string, unknown>;
  const run = isText(startedBy) ? runOfTask(startedBy) : undefined;
  // Other tasks of the cluster, and states before the end, are a reason to look all the same.
  if (run === undefined || lastStatus !== 'STOPPED' || !isText(taskArn)) return { kind: 'look' };
  return { kind: 'stopped', run, taskArn, task };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
