import { expect, it } from 'vitest';
import { idempotencyStore } from './idempotency-store.ts';

it('remembers for longer than any SQS message lives, unless told otherwise', () => {
  expect(idempotencyStore('effects').windowMs).toBeGreaterThan(14 * 86_400_000);
  expect(idempotencyStore('effects', { window: '1h' })).toMatchObject({ kind: 'idempotency', windowMs: 3_600_000 });
});

it('refuses an empty window and unknown options', () => {
  expect(() => idempotencyStore('effects', { window: '0s' })).toThrow(RangeError);
  // @ts-expect-error: unknown option
  expect(() => idempotencyStore('effects', { ttl: '1h' })).toThrow("unknown option 'ttl'");
});
