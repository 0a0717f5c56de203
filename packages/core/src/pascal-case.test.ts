import { expect, it } from 'vitest';
import { pascalCase } from './pascal-case.ts';

it.each([
  ['orders', 'Orders'],
  ['orderEvents', 'OrderEvents'],
  ['order-events', 'OrderEvents'],
  ['payments.apiKey', 'PaymentsApiKey'],
  ['2026-totals', '2026Totals'],
])('%s becomes %s in a logical id', (key, expected) => {
  expect(pascalCase(key)).toBe(expected);
});
