import { Cron } from 'croner';

/**
 * The first time after `afterMs` that an AWS cron expression names: minute, hour, day of month,
 * month, day of week (1 is Sunday) and year. Undefined for an invalid expression, and for one that
 * names no later time.
 */
export function nextCronTime(expression: string, afterMs: number, timezone = 'UTC'): number | undefined {
  const fields = expression.trim().split(/\s+/);
  // Croner takes 8 for Sunday.
  if (fields.length !== 6 || /[089]/.test(fields[4] ?? '')) return undefined;
  try {
    const cron = new Cron(`0 ${fields.join(' ')}`, {
      mode: '7-part',
      timezone,
      alternativeWeekdays: true,
      domAndDow: true,
      sloppyRanges: true,
      paused: true,
    });
    return cron.nextRun(new Date(afterMs))?.getTime();
  } catch {
    return undefined;
  }
}
