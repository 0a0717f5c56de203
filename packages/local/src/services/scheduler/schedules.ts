import { readInteger, readOneOf, readString, readStructure, requireString } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Action, CallContext, ResumeContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Stores } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';
import { pageByKey } from '../page.ts';
import { nextTime, parseSchedule } from './expression.ts';
import { groupArn, invoke } from './invoke-target.ts';
import type { Schedule, SchedulePlace, ScheduleTarget } from './schedule.ts';

type Input = Readonly<Record<string, unknown>>;

const STORE = storeKey('scheduler', () => new Map<string, Schedule>());

const schedulesOf = (stores: Stores): Map<string, Schedule> => stores.get(STORE);
const idOf = (group: string, name: string) => `${group}/${name}`;

const validation = (message: string) => new ServiceError('ValidationException', message);

/** Invokes the target each time that the schedule is due, as long as it is this one. */
function arm(schedule: Schedule, place: SchedulePlace): void {
  const time = parseSchedule(schedule.expression, schedule.timeZone);
  const dueMs = time && nextTime(time, place.clock.now(), schedule.createdMs);
  if (dueMs === undefined) return;
  place.clock.after(dueMs - place.clock.now(), () => {
    const all = schedulesOf(place.stores);
    const id = idOf(schedule.group, schedule.name);
    if (all.get(id) !== schedule) return;
    if (schedule.state === 'ENABLED') place.background(() => invoke(schedule, dueMs, place));
    if (time?.kind === 'at' && schedule.oneOff) all.delete(id);
    else arm(schedule, place);
  });
}

/** Arms the schedules that a snapshot brought back. */
export function resumeSchedules(context: ResumeContext): void {
  for (const schedule of schedulesOf(context.stores).values()) arm(schedule, context);
}

// Defaults and limits: API reference, RetryPolicy.
const DEFAULT_RETRIES = 185;
const DEFAULT_AGE_SECONDS = 86_400;

function readTarget(input: Input): ScheduleTarget {
  const target = readStructure(input, 'Target');
  if (target === undefined)
    throw validation(
      "1 validation error detected: Value at 'target' failed to satisfy constraint: Member must not be null",
    );
  const retry = readStructure(target, 'RetryPolicy') ?? {};
  return {
    arn: requireString(target, 'Arn'),
    roleArn: requireString(target, 'RoleArn'),
    input: readString(target, 'Input'),
    maxRetries: readInteger(retry, 'MaximumRetryAttempts', { min: 0, max: 185 }) ?? DEFAULT_RETRIES,
    maxAgeSeconds: readInteger(retry, 'MaximumEventAgeInSeconds', { min: 60, max: 86_400 }) ?? DEFAULT_AGE_SECONDS,
    deadLetterArn: readString(readStructure(target, 'DeadLetterConfig') ?? {}, 'Arn'),
  };
}

const scheduleArn = (group: string, name: string, { region, account }: CallContext) =>
  `arn:${partitionOf(region)}:scheduler:${region}:${account}:schedule/${group}/${name}`;

/**
 * The caller must be allowed to pass the role on, and the role must trust Scheduler.
 *
 * @throws ServiceError
 */
function passRole(arn: string, roleArn: string, context: CallContext): void {
  context.touches(roleArn, 'iam:PassRole', {
    'iam:PassedToService': 'scheduler.amazonaws.com',
    'iam:AssociatedResourceArn': arn,
  });
  const isTrusted = context.permits({
    from: 'scheduler.amazonaws.com',
    action: 'sts:AssumeRole',
    resource: roleArn,
    // Scheduler guide, "Confused deputy prevention": the source is the schedule's group.
    sourceArn: groupArn(arn),
    region: context.region,
  });
  if (!isTrusted) {
    throw validation('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
  }
}

function readSchedule(input: Input, context: CallContext, createdMs: number): Schedule {
  const name = requireString(input, 'Name', { min: 1, max: 64 });
  const group = readString(input, 'GroupName', { min: 1, max: 64 }) ?? 'default';
  const timeZone = readString(input, 'ScheduleExpressionTimezone', { min: 1, max: 50 }) ?? 'UTC';
  const expression = requireString(input, 'ScheduleExpression', { min: 1, max: 256 });
  if (!isTimeZone(timeZone)) throw validation('Invalid Timezone.');
  if (parseSchedule(expression, timeZone) === undefined) throw validation(`Invalid Schedule Expression ${expression}.`);
  const window = readStructure(input, 'FlexibleTimeWindow');
  if (window === undefined)
    throw validation(
      "1 validation error detected: Value at 'flexibleTimeWindow' failed to satisfy constraint: Member must not be null",
    );
  const arn = scheduleArn(group, name, context);
  context.touches(arn);
  const target = readTarget(input);
  passRole(arn, target.roleArn, context);
  return {
    name,
    group,
    arn,
    expression,
    timeZone,
    state: readOneOf(input, 'State', ['ENABLED', 'DISABLED']) ?? 'ENABLED',
    description: readString(input, 'Description', { max: 512 }),
    target,
    oneOff: readOneOf(input, 'ActionAfterCompletion', ['NONE', 'DELETE']) === 'DELETE',
    window,
    createdMs,
    changedMs: context.clock.now(),
  };
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

function find(input: Input, context: CallContext): Schedule {
  const name = requireString(input, 'Name');
  const group = readString(input, 'GroupName') ?? 'default';
  context.touches(scheduleArn(group, name, context));
  const found = schedulesOf(context.stores).get(idOf(group, name));
  if (found) return found;
  throw new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`, { status: 404 });
}

export const createSchedule: Action = (input, context) => {
  const schedule = readSchedule(input, context, context.clock.now());
  const all = schedulesOf(context.stores);
  const id = idOf(schedule.group, schedule.name);
  if (all.has(id))
    throw new ServiceError('ConflictException', `Schedule ${schedule.name} already exists.`, { status: 409 });
  all.set(id, schedule);
  arm(schedule, context);
  return { ScheduleArn: schedule.arn };
};

export const updateSchedule: Action = (input, context) => {
  const { createdMs } = find(input, context);
  const schedule = readSchedule(input, context, createdMs);
  schedulesOf(context.stores).set(idOf(schedule.group, schedule.name), schedule);
  arm(schedule, context);
  return { ScheduleArn: schedule.arn };
};

export const deleteSchedule: Action = (input, context) => {
  const { group, name } = find(input, context);
  schedulesOf(context.stores).delete(idOf(group, name));
  return {};
};

export const getSchedule: Action = (input, context) => {
  const { target, ...schedule } = find(input, context);
  return {
    Name: schedule.name,
    GroupName: schedule.group,
    Arn: schedule.arn,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    State: schedule.state,
    Description: schedule.description,
    FlexibleTimeWindow: schedule.window,
    ActionAfterCompletion: schedule.oneOff ? 'DELETE' : 'NONE',
    CreationDate: schedule.createdMs / 1_000,
    LastModificationDate: schedule.changedMs / 1_000,
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      Input: target.input,
      RetryPolicy: { MaximumRetryAttempts: target.maxRetries, MaximumEventAgeInSeconds: target.maxAgeSeconds },
      ...(target.deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: target.deadLetterArn } }),
    },
  };
};

export const listSchedules: Action = (input, { stores }) => {
  const group = readString(input, 'ScheduleGroup');
  const prefix = readString(input, 'NamePrefix') ?? '';
  const found = [...schedulesOf(stores).values()].filter(
    (schedule) => (group === undefined || schedule.group === group) && schedule.name.startsWith(prefix),
  );
  const size = Number(readString(input, 'MaxResults') ?? 100);
  const page = pageByKey(
    found,
    ({ arn }) => arn,
    size,
    readString(input, 'NextToken'),
    () => validation('Invalid token.'),
  );
  return {
    Schedules: page.items.map(({ name, group: groupName, arn, state, target, createdMs, changedMs }) => ({
      Name: name,
      GroupName: groupName,
      Arn: arn,
      State: state,
      CreationDate: createdMs / 1_000,
      LastModificationDate: changedMs / 1_000,
      Target: { Arn: target.arn },
    })),
    NextToken: page.next,
  };
};
