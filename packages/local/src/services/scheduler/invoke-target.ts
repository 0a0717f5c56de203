import { randomUUID } from 'node:crypto';
import { sleep } from '../../core/clock.ts';
import { sendToQueue } from '../sqs/send-to-queue.ts';
import type { Schedule, SchedulePlace } from './schedule.ts';

/**
 * The back-off of retries begins with it and doubles, up to ten minutes. AWS documents no
 * numbers.
 */
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 600_000;

/**
 * The context attributes of an input (user guide, "Adding context attributes"). The execution id
 * is new for each attempt.
 */
function fill(input: string, { arn }: Schedule, dueMs: number, attempt: number): unknown {
  const text = input
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', new Date(dueMs).toISOString().replace('.000Z', 'Z'))
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The group of a schedule, which is the source that Scheduler assumes a role for. */
export const groupArn = (scheduleArn: string) => scheduleArn.replace(/:schedule\/([^/]+)\/.*$/, ':schedule-group/$1');

/** Whether the schedule's role may do this, and trusts Scheduler. */
const roleMay = (action: string, resource: string, { arn, target }: Schedule, { permits, region }: SchedulePlace) =>
  permits({
    from: 'scheduler.amazonaws.com',
    action,
    resource,
    sourceArn: groupArn(arn),
    region,
    roleArn: target.roleArn,
  });

/**
 * Invokes a function, again as the retry policy says; what never arrived goes to the dead-letter
 * queue.
 */
export async function invoke(schedule: Schedule, dueMs: number, place: SchedulePlace): Promise<void> {
  const { arn, input = '{}', maxRetries, maxAgeSeconds, deadLetterArn } = schedule.target;
  const never = new AbortController().signal;
  let reason = `no function is registered under ${arn}`;
  const mayInvoke = roleMay('lambda:InvokeFunction', arn, schedule, place);
  if (!mayInvoke) reason = `the role ${schedule.target.roleArn} may not invoke ${arn}`;
  // Missing permissions are not retried (Scheduler guide, "Configuring a dead-letter queue").
  const attempts = mayInvoke ? maxRetries + 1 : 0;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (place.functions.has(arn)) {
      try {
        await place.functions.invoke(arn, fill(input, schedule, dueMs, attempt));
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
    if (attempt > maxRetries || place.clock.now() + waitMs - dueMs > maxAgeSeconds * 1_000) break;
    await sleep(place.clock, waitMs, never);
  }
  if (deadLetterArn === undefined) return;
  bury(schedule, input, deadLetterArn, reason, place);
}

/**
 * The message that AWS describes in "Configuring a dead-letter queue": the input, with the reason
 * as attributes.
 */
function bury(schedule: Schedule, input: string, deadLetterArn: string, reason: string, place: SchedulePlace): void {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  const attributes = {
    ERROR_CODE: text('InvocationFailed'),
    ERROR_MESSAGE: text(reason.slice(0, 1_000)),
    SCHEDULE_ARN: text(schedule.arn),
    TARGET_ARN: text(schedule.target.arn),
  };
  sendToQueue(
    deadLetterArn,
    { body: input, attributes, systemAttributes: {}, senderId: 'scheduler' },
    { storesOf: () => place.stores, may: (action, resource) => roleMay(action, resource, schedule, place) },
  );
}
