import { readInteger, readString, readStructure } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';

const HOUR_MS = 3_600_000;
/** From the user guide: as often as every four hours. */
const MIN_RATE_MS = 4 * HOUR_MS;
/** How far a cron expression is followed; one that names no day until then is refused. */
const HORIZON_HOURS = 24 * 366 * 5;
const NAMES = {
  month: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  weekday: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};

const refused = () => new ServiceError('InvalidParameterException', 'Invalid ScheduleExpression.');

function readNumber(text: string, names: readonly string[]): number {
  const index = names.indexOf(text.toUpperCase());
  if (index >= 0) return index + 1;
  if (!/^\d{1,4}$/.test(text)) throw refused();
  return Number(text);
}

/**
 * Whether one field of a cron expression lets a number through: lists of numbers, names, ranges and
 * steps.
 */
function fieldOf(text: string, min: number, max: number, names: readonly string[] = []): (value: number) => boolean {
  if (text === '*' || text === '?') return () => true;
  const parts = text.split(',').map((part) => {
    const [range = '', step] = part.split('/');
    const every = step === undefined ? 1 : readNumber(step, []);
    const [first = '', last] = range.split('-');
    const all = first === '*' || (first === '' && step !== undefined); // `/8` is `*/8`
    const from = all ? min : readNumber(first, names);
    const open = all || (step !== undefined && last === undefined);
    const to = last === undefined ? (open ? max : from) : readNumber(last, names);
    if (every < 1 || from < min || to > max || from > to) throw refused();
    return { from, to, every };
  });
  return (value) => parts.some(({ from, to, every }) => value >= from && value <= to && (value - from) % every === 0);
}

const daysInMonth = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

function dayOfMonth(text: string): (date: Date) => boolean {
  if (text === 'L') return (date) => date.getUTCDate() === daysInMonth(date);
  const matches = fieldOf(text, 1, 31);
  return (date) => matches(date.getUTCDate());
}

function dayOfWeek(text: string): (date: Date) => boolean {
  const [, day, nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  if (day !== undefined) {
    const weekday = readNumber(day, NAMES.weekday) - 1;
    return (date) => date.getUTCDay() === weekday && Math.ceil(date.getUTCDate() / 7) === Number(nth);
  }
  const [, last] = /^(\w+)L$/.exec(text) ?? [];
  if (last !== undefined) {
    const weekday = readNumber(last, NAMES.weekday) - 1;
    return (date) => date.getUTCDay() === weekday && date.getUTCDate() + 7 > daysInMonth(date);
  }
  const matches = fieldOf(text, 1, 7, NAMES.weekday);
  return (date) => matches(date.getUTCDay() + 1);
}

function nextByCron(expression: string, afterMs: number): number {
  const fields = expression.trim().split(/\s+/);
  const [minute, hour = '', monthDay = '', month = '', weekday = '', year = ''] = fields;
  // Windows open on the hour, and a year is not chosen: from the user guide.
  if (fields.length !== 6 || minute !== '0' || year !== '*') throw refused();
  const isHour = fieldOf(hour, 0, 23);
  const isDay = dayOfMonth(monthDay);
  const isMonth = fieldOf(month, 1, 12, NAMES.month);
  const isWeekday = dayOfWeek(weekday);
  const first = Math.floor(afterMs / HOUR_MS) + 1;
  for (let at = first; at < first + HORIZON_HOURS; at += 1) {
    const date = new Date(at * HOUR_MS);
    if (isHour(date.getUTCHours()) && isDay(date) && isMonth(date.getUTCMonth() + 1) && isWeekday(date))
      return at * HOUR_MS;
  }
  throw refused();
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
