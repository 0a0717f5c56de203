/** When a schedule is due. */
export type ScheduleTime =
  | { readonly kind: 'rate'; readonly everyMs: number }
  /** A moment on the clocks of a time zone, as if it were UTC. */
  | { readonly kind: 'at'; readonly wallMs: number; readonly timeZone: string }
  | { readonly kind: 'cron'; readonly fields: CronFields; readonly timeZone: string };

interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number> | undefined;
  /** Whether a day fits, by year, month from 1 and day of the month. */
  readonly day: (year: number, month: number, day: number) => boolean;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 3_600_000, day: DAY_MS };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
/** AWS takes years from 1970 to 2199. */
const YEARS = [1970, 2199] as const;
/** Nothing that repeats is further away than a 29 February over the turn of a century. */
const LONGEST_MS = 9 * 366 * DAY_MS;

/**
 * `rate(5 minutes)`, `cron(0 3 * * ? *)` or `at(2026-12-24T18:00:00)`; `undefined` for anything
 * else.
 */
export function parseSchedule(text: string, timeZone: string): ScheduleTime | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(text);
  if (rate) {
    const count = Number(rate[1]);
    if (count < 1 || (count === 1) !== (rate[3] === '')) return undefined;
    return { kind: 'rate', everyMs: count * (UNITS[rate[2] ?? ''] ?? 0) };
  }
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(text);
  if (at) {
    const wallMs = Date.parse(`${at[1]}Z`);
    return Number.isNaN(wallMs) ? undefined : { kind: 'at', wallMs, timeZone };
  }
  const cron = /^cron\((.+)\)$/.exec(text);
  const fields = cron && parseCron((cron[1] ?? '').trim().split(/\s+/));
  return fields ? { kind: 'cron', fields, timeZone } : undefined;
}

function parseCron(words: readonly string[]): CronFields | undefined {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = words;
  // One of the two days must be `?` (EventBridge Scheduler user guide, "Schedule types").
  if (words.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  const months = numbers(month, 1, 12, MONTHS);
  const years = year === '*' ? undefined : numbers(year, ...YEARS);
  const day = dayOfWeek === '?' ? dayOfMonthRule(dayOfMonth) : dayOfWeekRule(dayOfWeek);
  if (!minutes || !hours || !months || !day || (year !== '*' && !years)) return undefined;
  return { minutes, hours, months, years, day };
}

/** The numbers of a field: `*`, `5`, `1-5`, `0/15`, lists of them, names. */
function numbers(field: string, min: number, max: number, names: readonly string[] = []): Set<number> | undefined {
  const found = new Set<number>();
  const value = (text: string) => {
    const named = names.indexOf(text.toUpperCase());
    return named < 0 ? (/^\d+$/.test(text) ? Number(text) : Number.NaN) : named + min;
  };
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to] = range.split('-');
    const low = range === '*' ? min : value(from);
    const high = range === '*' || (part.includes('/') && to === undefined) ? max : value(to ?? from);
    const by = value(step);
    if (!(low >= min && high <= max && low <= high && by >= 1)) return undefined;
    for (let number = low; number <= high; number += by) found.add(number);
  }
  return found;
}

const lastDay = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
const weekday = (year: number, month: number, day: number) => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

function dayOfMonthRule(field: string): CronFields['day'] | undefined {
  if (field === 'L') return (year, month, day) => day === lastDay(year, month);
  const days = numbers(field, 1, 31);
  return days && ((_year, _month, day) => days.has(day));
}

/** 1 is Sunday. `6#3` is the third Friday, `6L` the last. */
function dayOfWeekRule(field: string): CronFields['day'] | undefined {
  const nth = /^(\w+)#([1-5])$/.exec(field);
  const last = /^(\w+)L$/.exec(field);
  const days = numbers(nth?.[1] ?? last?.[1] ?? field, 1, 7, DAYS);
  if (!days) return undefined;
  return (year, month, day) => {
    if (!days.has(weekday(year, month, day))) return false;
    if (nth) return Math.ceil(day / 7) === Number(nth[2]);
    return last ? day + 7 > lastDay(year, month) : true;
  };
}

/**
 * The first time after `afterMs`; a rate counts from `startedMs`. `undefined` when there is none.
 */
export function nextTime(schedule: ScheduleTime, afterMs: number, startedMs: number): number | undefined {
  if (schedule.kind === 'rate') {
    const { everyMs } = schedule;
    return startedMs + (Math.floor((afterMs - startedMs) / everyMs) + 1) * everyMs;
  }
  if (schedule.kind === 'at') {
    const due = toUtc(schedule.wallMs, schedule.timeZone);
    return due !== undefined && due > afterMs ? due : undefined;
  }
  return nextCron(schedule.fields, schedule.timeZone, afterMs);
}

function nextCron(fields: CronFields, timeZone: string, afterMs: number): number | undefined {
  const wall = afterMs + offsetMs(afterMs, timeZone);
  const times = [...fields.hours].flatMap((hour) => [...fields.minutes].map((minute) => hour * 60 + minute));
  times.sort((a, b) => a - b);
  const firstDay = Math.floor(wall / DAY_MS) * DAY_MS;
  for (let dayMs = firstDay; dayMs < firstDay + LONGEST_MS; dayMs += DAY_MS) {
    const date = new Date(dayMs);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (!fields.months.has(month) || fields.years?.has(year) === false || !fields.day(year, month, day)) continue;
    for (const minutes of times) {
      const due = toUtc(dayMs + minutes * MINUTE_MS, timeZone);
      if (due !== undefined && due > afterMs) return due;
    }
  }
  return undefined;
}

/**
 * The moment of a wall clock's time; `undefined` for one that the change to summer time leaves
 * out.
 */
function toUtc(wallMs: number, timeZone: string): number | undefined {
  for (const guess of [wallMs - offsetMs(wallMs, timeZone), wallMs - offsetMs(wallMs - DAY_MS / 2, timeZone)]) {
    if (guess + offsetMs(guess, timeZone) === wallMs) return guess;
  }
  return undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that a time zone is ahead of UTC. */
function offsetMs(atMs: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
}
