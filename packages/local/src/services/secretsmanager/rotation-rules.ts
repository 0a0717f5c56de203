import { nextCronTime } from '../../core/cron.ts';
import { readInteger, readString, readStructure } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';

const HOUR_MS = 3_600_000;
/** From the user guide: as often as every four hours. */
const MIN_RATE_MS = 4 * HOUR_MS;
const refused = () => new ServiceError('InvalidParameterException', 'Invalid ScheduleExpression.');

function nextByCron(expression: string, afterMs: number): number {
  const [minute, , , , , year, ...more] = expression.trim().split(/\s+/);
  // Windows open on the hour, and a year is not chosen: from the user guide.
  if (minute !== '0' || year !== '*' || more.length > 0) throw refused();
  const next = nextCronTime(expression, afterMs);
  if (next === undefined) throw refused();
  return next;
}

/**
 * When a `rate()` or `cron()` expression falls due after `afterMs`. AWS picks a moment in the
 * window that opens then; here it is the opening.
 *
 * @throws ServiceError `InvalidParameterException`
 */
function nextBySchedule(expression: string, afterMs: number): number {
  const [, count, unit] = /^rate\((\d{1,4}) (hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined) {
    const ms = Number(count) * (unit === 'hour' ? HOUR_MS : 24 * HOUR_MS);
    if (ms < MIN_RATE_MS) throw refused();
    return afterMs + ms;
  }
  const cron = /^cron\((.*)\)$/.exec(expression)?.[1];
  if (cron === undefined) throw refused();
  return nextByCron(cron, afterMs);
}

export interface RotationRules {
  readonly days: number | undefined;
  readonly schedule: string | undefined;
  readonly duration: string | undefined;
}

const DAY_MS = 86_400_000;

/**
 * The `RotationRules` of a call; undefined where it has none.
 *
 * @throws ServiceError `InvalidParameterException`
 */
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
  if (schedule !== undefined) nextBySchedule(schedule, 0); // refuses an invalid schedule
  return days === undefined && schedule === undefined ? undefined : { days, schedule, duration };
}

/** When rotation falls due next; undefined without a schedule. */
export function nextRotation({ days, schedule }: RotationRules, afterMs: number): number | undefined {
  if (schedule !== undefined) return nextBySchedule(schedule, afterMs);
  return days === undefined ? undefined : afterMs + days * DAY_MS;
}
