import type { Schedule } from '../schedule.ts';

const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1_440 };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * Whether a schedule names the minute that begins at `minuteMs`, by EventBridge Scheduler's
 * grammar (user guide, "Schedule types"). AWS counts a rate from the schedule's creation. Here it
 * counts from 1970, so that a process that starts again does not move it.
 */
export function isDue({ at, timeZone = 'UTC' }: Pick<Schedule, 'at' | 'timeZone'>, minuteMs: number): boolean {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(at) ?? [];
  if (count !== undefined) return minuteMs % (Number(count) * (UNITS[unit] ?? 1) * MINUTE_MS) === 0;
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = at
    .slice('cron('.length, -1)
    .toUpperCase()
    .split(' ');
  const local = localTime(minuteMs, timeZone);
  return (
    names(minute, local.minute, { first: 0, last: 59 }) &&
    names(hour, local.hour, { first: 0, last: 23 }) &&
    names(month, local.month, { first: 1, last: 12, words: MONTHS }) &&
    names(year, local.year, { first: 1970, last: 2199 }) &&
    namesDayOfMonth(dayOfMonth, local) &&
    namesDayOfWeek(dayOfWeek, local) &&
    (hour === '*' || !isRepeated(minuteMs, local, timeZone))
  );
}

/**
 * Whether clocks were set back, so that this local minute has been before: a schedule that names
 * its hour runs once. Clocks move by an hour, on Lord Howe Island by half of one.
 */
function isRepeated(minuteMs: number, local: LocalTime, timeZone: string): boolean {
  return [30, 60].some((minutes) => {
    const before = localTime(minuteMs - minutes * MINUTE_MS, timeZone);
    return before.minute === local.minute && before.hour === local.hour && before.day === local.day;
  });
}

interface LocalTime {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
  /** 1 is Sunday. */
  readonly weekday: number;
  /** Days of the month. */
  readonly days: number;
}

function localTime(ms: number, timeZone: string): LocalTime {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...numeric });
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { minute = 0, hour = 0, day = 1, month = 1, year = 1970 } = parts;
  return {
    ...{ minute, hour, day, month, year },
    weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1,
    days: new Date(Date.UTC(year, month, 0)).getUTCDate(),
  };
}

interface Bounds {
  readonly first: number;
  readonly last: number;
  /** Names of the numbers from `first` on. */
  readonly words?: readonly string[];
}

/** Whether a field of values, ranges and steps names a number: `*`, `1,15`, `MON-FRI`, `0/10`. */
function names(field: string, value: number, { first, last, words = [] }: Bounds): boolean {
  const numberOf = (text: string) => (words.includes(text) ? words.indexOf(text) + first : Number(text));
  return field.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    if (range === '?') return true;
    const [from = '', to] = range.split('-');
    const begin = from === '*' ? first : numberOf(from);
    // A single value with a step goes on to the last.
    const end = to !== undefined ? numberOf(to) : from === '*' || step !== undefined ? last : begin;
    return value >= begin && value <= end && (value - begin) % Number(step ?? 1) === 0;
  });
}

/** `L` is the last day, `15W` the weekday nearest to the 15th within the month. */
function namesDayOfMonth(field: string, local: LocalTime): boolean {
  const { day, days, weekday } = local;
  if (field === 'L') return day === days;
  const [, wanted] = /^(\d+|L)W$/.exec(field) ?? [];
  if (wanted === undefined) return names(field, day, { first: 1, last: 31 });
  const target = wanted === 'L' ? days : Number(wanted);
  if (target > days) return false;
  // 35 is a multiple of 7 above the longest way back.
  const targetWeekday = ((weekday - 1 + target - day + 35) % 7) + 1;
  const saturday = target > 1 ? -1 : 2;
  const sunday = target < days ? 1 : -2;
  const move = targetWeekday === 7 ? saturday : targetWeekday === 1 ? sunday : 0;
  return day === target + move;
}

/** `L` is Saturday, `5L` the last Thursday, `6#3` the third Friday. */
function namesDayOfWeek(field: string, { day, days, weekday }: LocalTime): boolean {
  const numberOf = (text: string) => (DAYS.includes(text) ? DAYS.indexOf(text) + 1 : Number(text));
  if (field === 'L') return weekday === 7;
  const [, last] = /^(\w+)L$/.exec(field) ?? [];
  if (last !== undefined) return weekday === numberOf(last) && day > days - 7;
  const [, of, nth] = /^(\w+)#(\d)$/.exec(field) ?? [];
  if (of !== undefined) return weekday === numberOf(of) && Math.ceil(day / 7) === Number(nth);
  return names(field, weekday, { first: 1, last: 7, words: DAYS });
}
