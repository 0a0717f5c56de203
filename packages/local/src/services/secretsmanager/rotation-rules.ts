import { readInteger, readString, readStructure } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import { nextBySchedule } from './rotation-schedule.ts';

export interface RotationRules {
  readonly days: number | undefined;
  readonly schedule: string | undefined;
  readonly duration: string | undefined;
}

const DAY_MS = 86_400_000;

/** The `RotationRules` of a call; undefined where it has none. @throws ServiceError `InvalidParameterException` */
export function readRotationRules(input: Record<string, unknown>): RotationRules | undefined {
  const rules = readStructure(input, 'RotationRules');
  if (rules === undefined) return undefined;
  const days = readInteger(rules, 'AutomaticallyAfterDays', { min: 1, max: 1000 });
  const schedule = readString(rules, 'ScheduleExpression', { min: 1, max: 256 });
  const duration = readString(rules, 'Duration', { min: 2, max: 3 });
  if (days !== undefined && schedule !== undefined) {
    throw new ServiceError(
      'InvalidParameterException',
      "You can't specify both AutomaticallyAfterDays and ScheduleExpression.",
    );
  }
  if (duration !== undefined && !/^\d+h$/.test(duration)) {
    throw new ServiceError('InvalidParameterException', 'Invalid Duration.');
  }
  if (schedule !== undefined) nextBySchedule(schedule, 0); // refuses what is no schedule
  return days === undefined && schedule === undefined ? undefined : { days, schedule, duration };
}

/** When rotation falls due next; undefined without a schedule. */
export function nextRotation({ days, schedule }: RotationRules, afterMs: number): number | undefined {
  if (schedule !== undefined) return nextBySchedule(schedule, afterMs);
  return days === undefined ? undefined : afterMs + days * DAY_MS;
}
