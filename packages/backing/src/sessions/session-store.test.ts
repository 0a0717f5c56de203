import { expect, it } from 'vitest';
import * as z from 'zod';
import { sessionStore } from './session-store.ts';

const schema = z.object({ userId: z.string() });

it('declares a frozen store with its limits in milliseconds', () => {
  const store = sessionStore('sessions', { schema });
  expect(store).toMatchObject({ kind: 'sessions', name: 'sessions', idleMs: 1_800_000, absoluteMs: 43_200_000 });
  expect(Object.isFrozen(store)).toBe(true);
});

it('refuses limits that no session could live by, naming both', () => {
  expect(() => sessionStore('s', { schema, idle: '13h' })).toThrow('idle is 46800000 ms and absolute 43200000 ms');
  expect(() => sessionStore('s', { schema, idle: '0s' })).toThrow(RangeError);
  expect(() => sessionStore('s', { schema, idle: 'soon' as never })).toThrow(RangeError);
});

it('refuses unknown options, and schemas that do not accept what they return', () => {
  // @ts-expect-error: unknown option
  expect(() => sessionStore('s', { schema, ttl: '1h' })).toThrow("unknown option 'ttl'");
  // @ts-expect-error: what is stored would be checked again and refused
  sessionStore('s', { schema: z.object({ n: z.string().transform(Number) }) });
});
