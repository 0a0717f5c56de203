import { expect, it } from 'vitest';
import { createRequestId } from './random.ts';

it('makes ids of random UUIDs, each its own', () => {
  const ids = Array.from({ length: 1000 }, () => createRequestId(Math.random));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(1000);
});

it('takes its digits from what it is given', () => {
  expect(createRequestId(() => 0)).toBe('00000000-0000-4000-a000-000000000000');
  expect(createRequestId(() => 0.999)).toBe('ffffffff-ffff-4fff-afff-ffffffffffff');
});
