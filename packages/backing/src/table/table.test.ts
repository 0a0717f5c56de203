import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { ClientFor } from '../definition.ts';
import { driverOf, kindOf } from '../kind.ts';
import type { Rows, TableIndex } from './port.ts';
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
  expect(() => table('rows', { schema, key: 'id', index: {} })).toThrow("unknown option 'index'");
  expect(() => table('Rows', { schema, key: 'id' })).toThrow('lower-case words');
});

describe('indexes', () => {
  const Order = z.object({
    id: z.string(),
    line: z.string(),
    user: z.string(),
    at: z.string().optional(),
    total: z.number(),
    expires: z.number().optional(),
  });
  const orders = table('orders', {
    schema: Order,
    key: { partition: 'id', sort: 'line' },
    indexes: {
      byUser: { partition: 'user', sort: 'at', projection: ['total'] },
      byTime: { sort: 'at', projection: 'keys' },
      byLine: { partition: 'line' },
    },
    ttl: 'expires',
  });

  it('are members of the client, each an access with rows of what it has', () => {
    type Row = z.output<typeof Order>;
    type Client = ClientFor<typeof orders, 'read'>;
    expectTypeOf<keyof Client>().toEqualTypeOf<'get' | 'getMany' | 'query' | 'scan' | 'byUser' | 'byTime' | 'byLine'>();
    expectTypeOf<keyof ClientFor<typeof orders, 'byUser'>>().toEqualTypeOf<'byUser'>();
    expectTypeOf<Client['byUser']>().toEqualTypeOf<
      TableIndex<Pick<Row, 'id' | 'line' | 'user' | 'at' | 'total'>, true, false>
    >();
    expectTypeOf<Client['byTime']>().toEqualTypeOf<TableIndex<Pick<Row, 'id' | 'line' | 'at'>, true, true>>();
    expectTypeOf<Client['byLine']>().toEqualTypeOf<TableIndex<Row, false, false>>();
    expect(kindOf(orders).accesses.byUser).toEqual({
      methods: ['byUser'],
      actions: [],
      parts: { byUser: ['dynamodb:Query'] },
    });
  });

  it('infer the chosen fields, and refuse what an index cannot do', () => {
    const client = {} as ClientFor<typeof orders, 'read'>; // for its types
    const uses = () => {
      expectTypeOf(client.byLine.query('a', { select: ['total'] })).toEqualTypeOf<Rows<{ total: number }>>();
      expectTypeOf(client.get({ id: '1', line: 'a' }, { select: ['at'] })).resolves.toEqualTypeOf<
        { at?: string | undefined } | undefined
      >();
      client.query('a', { range: { beginsWith: 'x' }, filter: { where: { total: { between: [1, 2] } } } });
      // @ts-expect-error: a global index has no consistent reads
      client.byUser.query('a', { consistent: true });
      // @ts-expect-error: an index without a sort key has no ranges
      client.byLine.query('a', { range: { gt: 'x' } });
      // @ts-expect-error: the index does not have the field
      client.byTime.query('a', { select: ['total'] });
      // @ts-expect-error: a number is not compared with a text
      client.query('a', { filter: { where: { total: { gt: 'x' } } } });
      // @ts-expect-error: a number does not begin with anything
      client.query('a', { filter: { where: { total: { beginsWith: 'x' } } } });
    };
    expect(uses).toBeTypeOf('function');
  });

  it('take names that no method can have, fields of the row, and keys that DynamoDB takes', () => {
    const key = 'id';
    // @ts-expect-error: a name like that of a method
    expect(() => table('t', { schema: Order, key, indexes: { query: { partition: 'user' } } })).toThrow('byUser');
    // @ts-expect-error: a number
    table('t', { schema: Order, key, indexes: { byTotal: { partition: 'total' } } });
    // @ts-expect-error: no such field
    table('t', { schema: Order, key, indexes: { byUser: { partition: 'user', projection: ['totl'] } } });
    // @ts-expect-error: a misspelt option
    expect(() => table('t', { schema: Order, key, indexes: { byUser: { partition: 'user', srot: 'at' } } })).toThrow(
      "unknown option 'srot' of index 'byUser'",
    );
    expect(() =>
      table('t', {
        schema: Order,
        key,
        indexes: { byTime: { sort: 'at' }, byId: { partition: 'user', sort: 'user' } },
      }),
    ).toThrow(/only a table with a sort key has local indexes; 'user' is both/);
    // @ts-expect-error: a text
    table('t', { schema: Order, key, ttl: 'at' });
  });

  it('are in the template: global and local ones, with the TTL field in what is projected', () => {
    const context = { physicalName: 'app-dev-orders', logicalId: (suffix: string) => `Orders${suffix}` };
    const made = driverOf(orders).infrastructure?.(orders as never, context as never);
    expect(made?.resources[0]?.properties).toMatchObject({
      AttributeDefinitions: ['id', 'line', 'user', 'at'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byUser',
          KeySchema: [
            { AttributeName: 'user', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['total', 'expires'] },
        },
        { IndexName: 'byLine', Projection: { ProjectionType: 'ALL' } },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'byTime',
          KeySchema: [
            { AttributeName: 'id', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['expires'] },
        },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    });
    const id = made?.resources[0]?.id;
    expect(made?.parts?.byUser).toEqual({ 'Fn::Sub': `\${${id}.Arn}/index/byUser` });
  });
});
