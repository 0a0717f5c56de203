import { Cron } from 'croner';

/**
 * The first time after `afterMs` that an AWS cron expression names: minute, hour, day of month,
 * month, day of week (1 is Sunday) and year. Undefined for an invalid expression, and for one that
 * names no later time. A time that the change to summer time leaves out is left out.
 */
export function nextCronTime(expression: string, afterMs: number, timezone = 'UTC'): number | undefined {
  const cron = parse(expression, timezone);
  let next = cron?.nextRun(new Date(afterMs));
  // Croner moves a time that is left out to one that the expression does not name.
  while (next && !cron?.match(next)) next = cron?.nextRun(next);
  return next?.getTime();
}

/** Whether an AWS cron expression is valid; the times that it names may be over. */
export function isCron(expression: string): boolean {
  return parse(expression, 'UTC') !== undefined;
}

function parse(expression: string, timezone: string): Cron | undefined {
  const fields = expression.trim().split(/\s+/);
  // Croner takes 8 for Sunday.
  if (fields.length !== 6 || /[089]/.test(fields[4] ?? '')) return undefined;
  // The last day of the week, which Croner does not know without a number.
  if (fields[4]?.toUpperCase() === 'L') fields[4] = '7';
  try {
    return new Cron(`0 ${fields.join(' ')}`, {
      mode: '7-part',
      timezone,
      alternativeWeekdays: true,
      domAndDow: true,
      sloppyRanges: true,
      paused: true,
    });
  } catch {
    return undefined;
  }
}

/** The moment of a wall clock's time, e.g. `2026-12-24T18:00:00`; `undefined` for none. */
export function timeOfZone(time: string, timezone: string): number | undefined {
  if (Number.isNaN(Date.parse(`${time}Z`))) return undefined;
  return new Cron(time, { timezone, paused: true }).nextRun(new Date(0))?.getTime();
}
