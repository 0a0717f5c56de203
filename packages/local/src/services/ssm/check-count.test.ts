import { expect, it } from 'vitest';
import { checkCount } from './check-count.ts';
import type { StoredParameter } from './store.ts';

it('stops at 10,000 standard parameters, and lets advanced ones in', () => {
  const standard = { versions: [{ tier: 'Standard' }] } as unknown as StoredParameter; // all that is looked at
  const all = new Map(Array.from({ length: 9_999 }, (_, index) => [String(index), standard]));
  checkCount(all, 'Standard');
  all.set('last', standard);
  expect(() => checkCount(all, 'Standard')).toThrow(expect.objectContaining({ code: 'ParameterLimitExceeded' }));
  checkCount(all, 'Advanced');
});
