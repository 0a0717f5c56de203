import type { StandardSchemaV1 } from '@standard-schema/spec';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName, sumOf } from '../definition.ts';
import { TABLE_BINDING, tableInfrastructure } from '../dynamodb/infrastructure.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { Rereadable } from '../rereadable.ts';
import type { KeyOf, TableClient } from './port.ts';

/** The row type of a schema. */
type Row<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>;
/** The fields that every row has as a string. */
type KeyField<S extends StandardSchemaV1> = {
  [F in keyof Row<S>]-?: Row<S>[F] extends string ? F : never;
}[keyof Row<S>] &
  string;

export interface TableOptions<S extends StandardSchemaV1, P extends KeyField<S>, K extends KeyField<S> = never> {
  /** What a row is; checked before it is written and when it is read, at once (no asynchronous checks). */
  schema: S;
  /** The partition key, or `{ partition, sort }`. Key fields are strings. */
  key: P | { partition: P; sort: K };
}

const ACCESSES = {
  get: { methods: ['get'], actions: ['dynamodb:GetItem'] },
  query: { methods: ['query'], actions: ['dynamodb:Query'] },
  scan: { methods: ['scan'], actions: ['dynamodb:Scan'] },
  // DynamoDB authorizes a transaction by the actions of its entries: `transact` needs none of its own.
  put: { methods: ['put', 'putOperation', 'transact'], actions: ['dynamodb:PutItem'] },
  update: { methods: ['update', 'updateOperation', 'transact'], actions: ['dynamodb:UpdateItem'] },
  delete: { methods: ['delete', 'deleteOperation', 'transact'], actions: ['dynamodb:DeleteItem'] },
  check: { methods: ['checkOperation', 'transact'], actions: ['dynamodb:ConditionCheckItem'] },
} as const;

/** The accesses of a table. `read` is `get`, `query` and `scan`; `write` is the other four. */
const TABLE_ACCESSES = {
  ...ACCESSES,
  read: /* @__PURE__ */ sumOf(ACCESSES, 'get', 'query', 'scan'),
  write: /* @__PURE__ */ sumOf(ACCESSES, 'put', 'update', 'delete', 'check'),
} as const;

export interface TableDefinition<
  S extends StandardSchemaV1 = StandardSchemaV1,
  P extends string = string,
  K extends string = string,
> extends Definition<TableClient<Row<S>, KeyOf<P, K>>, typeof TABLE_ACCESSES> {
  readonly kind: 'table';
  readonly schema: S;
  readonly partitionKey: P;
  readonly sortKey: K | undefined;
}

/**
 * Declares a table. No I/O happens here.
 *
 * @throws TypeError for a name, an option or a key that cannot be.
 * @example
 * ```ts
 * const rows = table('orders', { schema: z.object({ orderId: z.string(), totalCents: z.number() }), key: 'orderId' });
 * ```
 */
// NoInfer: where an app's `backing` is the expected type, a sort key would otherwise be made up from it.
export function table<S extends StandardSchemaV1, const P extends KeyField<S>, const K extends KeyField<S> = never>(
  name: string,
  options: TableOptions<S, P, K> & Rereadable<S>,
): TableDefinition<S, P, NoInfer<K>> {
  assertName('table', name);
  assertKnownOptions(`define table '${name}'`, options, ['schema', 'key']);
  const key = typeof options.key === 'string' ? { partition: options.key, sort: undefined } : options.key;
  assertKnownOptions(`define key of table '${name}'`, key, ['partition', 'sort']);
  if (typeof key.partition !== 'string' || key.partition === '') {
    throw new TypeError(
      `Cannot define table '${name}': 'key' names no field; write key: 'orderId' or key: { partition, sort }`,
    );
  }
  if ((key.partition as string) === key.sort) {
    throw new TypeError(`Cannot define table '${name}': '${key.sort}' is both partition and sort key`);
  }
  const fields = { name, schema: options.schema, partitionKey: key.partition, sortKey: key.sort };
  return makeDefinition(TABLE, fields) as TableDefinition<S, P, NoInfer<K>>; // its types exist in the compiler only
}

const TABLE: Kind<TableDefinition, object, typeof TABLE_ACCESSES> = {
  name: 'table',
  accesses: TABLE_ACCESSES,
  details: ({ partitionKey, sortKey }) => ({ partitionKey, ...(sortKey === undefined ? {} : { sortKey }) }),
  drivers: {
    dynamodb: {
      binding: TABLE_BINDING,
      modules: ['@twelvefold/backing/dynamodb-table'],
      infrastructure: tableInfrastructure,
      open: async (definition, { target: name, aws, clock, random }) => {
        const { createDynamoDbTable } = await import('@twelvefold/backing/dynamodb-table');
        return { client: createDynamoDbTable({ definition, name, aws, clock, random }) };
      },
    },
  },
};
