import { isCron, nextCronTime, timeOfZone } from '../../core/cron.ts';

/** When a schedule is due. */
export type ScheduleTime =
  | { readonly kind: 'rate'; readonly everyMs: number }
  | { readonly kind: 'at'; readonly atMs: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string };

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

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
  const atMs = at ? timeOfZone(at[1] ?? '', timeZone) : undefined;
  if (atMs !== undefined) return { kind: 'at', atMs };
  const expression = /^cron\((.+)\)$/.exec(text)?.[1]?.trim();
  if (expression === undefined) return undefined;
  const [, , dayOfMonth, , dayOfWeek] = expression.split(/\s+/);
  // One of the two days must be `?` (EventBridge Scheduler user guide, "Schedule types").
  if ((dayOfMonth === '?') === (dayOfWeek === '?') || !isCron(expression)) return undefined;
  return { kind: 'cron', expression, timeZone };
}

/**
 * The first time after `afterMs`; a rate counts from `startedMs`. `undefined` when there is none.
 */
export function nextTime(schedule: ScheduleTime, afterMs: number, startedMs: number): number | undefined {
  switch (schedule.kind) {
    case 'rate':
      return startedMs + (Math.floor((afterMs - startedMs) / schedule.everyMs) + 1) * schedule.everyMs;
    case 'at':
      return schedule.atMs > afterMs ? schedule.atMs : undefined;
    case 'cron':
      return nextCronTime(schedule.expression, afterMs, schedule.timeZone);
  }
}
