import { describe, expect, it } from 'vitest';
import { isDue } from './is-due.ts';

const at = (time: string) => Date.parse(time);

describe('a rate', () => {
  it.each([
    ['rate(1 minute)', '2026-11-30T03:07:00Z', true],
    ['rate(15 minutes)', '2026-11-30T03:15:00Z', true],
    ['rate(15 minutes)', '2026-11-30T03:16:00Z', false],
    ['rate(1 hour)', '2026-11-30T04:00:00Z', true],
    ['rate(1 day)', '2026-11-30T04:00:00Z', false],
    ['rate(1 day)', '2026-11-30T00:00:00Z', true],
  ])('%s at %s: %s', (expression, time, due) => {
    expect(isDue({ at: expression }, at(time))).toBe(due);
  });
});

// 2026-11-30 is a Monday, and the last day of its month.
describe('a cron expression', () => {
  it.each([
    ['cron(* * * * ? *)', '2026-11-30T03:07:00Z', true],
    ['cron(0 3 * * ? *)', '2026-11-30T03:00:00Z', true],
    ['cron(0 3 * * ? *)', '2026-11-30T03:01:00Z', false],
    ['cron(0/10 8-18 ? * MON-FRI *)', '2026-11-30T08:20:00Z', true],
    ['cron(0/10 8-18 ? * MON-FRI *)', '2026-11-30T08:25:00Z', false],
    ['cron(0/10 8-18 ? * MON-FRI *)', '2026-11-29T08:20:00Z', false],
    ['cron(0 0 1,15 * ? *)', '2026-11-15T00:00:00Z', true],
    ['cron(0 0 1,15 * ? *)', '2026-11-16T00:00:00Z', false],
    ['cron(0 0 ? JAN-MAR,nov 2 2026-2027)', '2026-11-30T00:00:00Z', true],
    ['cron(0 0 ? * 2 2025)', '2026-11-30T00:00:00Z', false],
    ['cron(0 0 L * ? *)', '2026-11-30T00:00:00Z', true],
    ['cron(0 0 L * ? *)', '2026-11-29T00:00:00Z', false],
    // The 15th of November 2026 is a Sunday, the 1st one too; the 31st of October is a Saturday.
    ['cron(0 0 15W * ? *)', '2026-11-16T00:00:00Z', true],
    ['cron(0 0 15W * ? *)', '2026-11-15T00:00:00Z', false],
    ['cron(0 0 1W * ? *)', '2026-08-03T00:00:00Z', true],
    ['cron(0 0 31W * ? *)', '2026-10-30T00:00:00Z', true],
    ['cron(0 0 31W * ? *)', '2026-05-29T00:00:00Z', true],
    ['cron(0 0 31W * ? *)', '2026-11-30T00:00:00Z', false],
    ['cron(0 0 LW * ? *)', '2026-11-30T00:00:00Z', true],
    ['cron(0 0 ? * 2L *)', '2026-11-30T00:00:00Z', true],
    ['cron(0 0 ? * MONL *)', '2026-11-23T00:00:00Z', false],
    ['cron(0 0 ? * L *)', '2026-11-28T00:00:00Z', true],
    ['cron(0 0 ? * 6#3 *)', '2026-11-20T00:00:00Z', true],
    ['cron(0 0 ? * 6#3 *)', '2026-11-27T00:00:00Z', false],
    ['cron(*/20 * * * ? *)', '2026-11-27T00:40:00Z', true],
  ])('%s at %s: %s', (expression, time, due) => {
    expect(isDue({ at: expression }, at(time))).toBe(due);
  });

  // Clocks go back from 3:00 to 2:00 on 2026-10-25 in Berlin; on Lord Howe Island from 2:00 to 1:30
  // on 2026-04-05.
  it.each([
    ['cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-25T00:30:00Z', true],
    ['cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-25T01:30:00Z', false],
    ['cron(30 * * * ? *)', 'Europe/Berlin', '2026-10-25T01:30:00Z', true],
    ['cron(45 1 * * ? *)', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', true],
    ['cron(45 1 * * ? *)', 'Australia/Lord_Howe', '2026-04-04T15:15:00Z', false],
  ])('%s in %s at %s, when clocks go back: %s', (expression, timeZone, time, due) => {
    expect(isDue({ at: expression, timeZone }, at(time))).toBe(due);
  });

  it('is read in its time zone, in winter and in summer', () => {
    const schedule = { at: 'cron(0 3 * * ? *)', timeZone: 'Europe/Berlin' };
    expect(isDue(schedule, at('2026-11-30T02:00:00Z'))).toBe(true);
    expect(isDue(schedule, at('2026-07-30T01:00:00Z'))).toBe(true);
    expect(isDue(schedule, at('2026-07-30T02:00:00Z'))).toBe(false);
    expect(isDue({ at: 'cron(30 0 1 1 ? *)', timeZone: 'Asia/Kolkata' }, at('2025-12-31T19:00:00Z'))).toBe(true);
  });
});
