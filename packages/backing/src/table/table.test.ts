import { expect, it } from 'vitest';
import * as z from 'zod';
import { table } from './table.ts';

const schema = z.object({ id: z.string(), at: z.string(), n: z.number(), note: z.string().optional() });

it('declares a frozen table with its key', () => {
  expect(table('rows', { schema, key: 'id' })).toMatchObject({ kind: 'table', name: 'rows', partitionKey: 'id' });
  expect(table('rows', { schema, key: 'id' }).sortKey).toBeUndefined();
  const sorted = table('rows', { schema, key: { partition: 'id', sort: 'at' } });
  expect(sorted).toMatchObject({ partitionKey: 'id', sortKey: 'at' });
  expect(Object.isFrozen(sorted)).toBe(true);
});

it('takes as keys only fields that every row has as a string', () => {
  // @ts-expect-error: a number
  table('rows', { schema, key: 'n' });
  // @ts-expect-error: may be missing
  table('rows', { schema, key: { partition: 'id', sort: 'note' } });
  expect(() => table('rows', { schema, key: { partition: 'id', sort: 'id' } })).toThrow('both partition and sort');
  expect(() => table('rows', { schema, key: '' as never })).toThrow("'key' names no field");
  // @ts-expect-error: misspelt
  expect(() => table('rows', { schema, key: { partition: 'id', srot: 'at' } })).toThrow("unknown option 'srot'");
});

it('takes schemas that accept what they return', () => {
  table('rows', { schema: z.object({ id: z.string(), n: z.number().default(0), k: z.coerce.number() }), key: 'id' });
  const dates = z.object({ id: z.string(), at: z.string().transform((text) => new Date(text)) });
  // @ts-expect-error: what is stored would be checked again and refused
  table('rows', { schema: dates, key: 'id' });
});

it('refuses unknown options and names that cannot become physical ones', () => {
  // @ts-expect-error: unknown option
  expect(() => table('rows', { schema, key: 'id', ttl: 1 })).toThrow("unknown option 'ttl'");
  expect(() => table('Rows', { schema, key: 'id' })).toThrow('lower-case words');
});
