import { expect, it } from 'vitest';
import { nextCronTime } from './cron.ts';

const AFTER = Date.parse('2026-01-01T10:00:00Z');

// Expressions of "Schedule expressions in Secrets Manager rotation" and of the EventBridge
// Scheduler User Guide; 1 January 2026 is a Thursday.
it.each([
  ['0 /8 * * ? *', '2026-01-01T16:00:00Z'],
  ['0 4/8 * * ? *', '2026-01-01T12:00:00Z'],
  ['0 10 ? * 1 *', '2026-01-04T10:00:00Z'],
  ['0 10 ? * SUN *', '2026-01-04T10:00:00Z'],
  ['0 10 ? * MON-FRI *', '2026-01-02T10:00:00Z'],
  ['0 10 L * ? *', '2026-01-31T10:00:00Z'],
  ['0 10 ? * 2#2 *', '2026-01-12T10:00:00Z'],
  ['0 10 ? * 6L *', '2026-01-30T10:00:00Z'],
  ['0 10 ? * L *', '2026-01-03T10:00:00Z'],
  ['0 10 1,15 JAN-MAR ? *', '2026-01-15T10:00:00Z'],
  ['0 10 3W * ? *', '2026-01-02T10:00:00Z'],
  ['15 10 ? * 6L 2027-2028', '2027-01-29T10:15:00Z'],
])('cron(%s) falls due at %s', (expression, expected) => {
  expect(new Date(nextCronTime(expression, AFTER) ?? Number.NaN).toISOString()).toBe(expected.replace('Z', '.000Z'));
});

it('counts in the time zone that it is given', () => {
  expect(nextCronTime('0 10 * * ? *', AFTER, 'America/New_York')).toBe(Date.parse('2026-01-01T15:00:00Z'));
});

it('leaves out a time that the change to summer time leaves out', () => {
  const before = Date.parse('2026-03-28T12:00:00Z');
  expect(nextCronTime('30 2 * * ? *', before, 'Europe/Berlin')).toBe(Date.parse('2026-03-30T00:30:00Z'));
});

it.each([
  '',
  '0 10 * * ?',
  '0 24 * * ? *',
  '0 10 ? * 0 *',
  '0 10 ? * 8 *',
  '0 10 ? * x *',
  '0 10 30 2 ? *',
  '0 10 * * ? 2025',
])('cron(%s) names no time', (expression) => expect(nextCronTime(expression, AFTER)).toBeUndefined());
