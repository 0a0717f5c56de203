import type { StandardSchemaV1 } from '@standard-schema/spec';
import { unknownOptions } from '@twelvefold/core/internal';
import type { Access, Definition } from '../definition.ts';
import { assertName, sumOf } from '../definition.ts';
import { TABLE_BINDING } from '../dynamodb/table-binding.ts';
import { template as tableTemplate } from '../dynamodb/table-template.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { Rereadable } from '../rereadable.ts';
import type { KeyOf, TableClient, TableIndex } from './port.ts';

/** The row type of a schema. */
type Row<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>;
/** The fields that every row has as a string. */
type KeyField<S extends StandardSchemaV1> = {
  [F in keyof Row<S>]-?: Row<S>[F] extends string ? F : never;
}[keyof Row<S>] &
  string;
/** The fields that rows have as a string, or not at all: a row without one is not in the index. */
type IndexField<S extends StandardSchemaV1> = {
  [F in keyof Row<S>]-?: Row<S>[F] extends string | undefined ? F : never;
}[keyof Row<S>] &
  string;
/** The fields that rows have as a number, or not at all. */
type NumberField<S extends StandardSchemaV1> = {
  [F in keyof Row<S>]-?: Row<S>[F] extends number | undefined ? F : never;
}[keyof Row<S>] &
  string;

/** A secondary index of a table: global with a partition key, local without one. */
export interface IndexOptions<F extends string = string, A extends string = string> {
  /** The partition key of a global index. Without it the index is local: it has the table's. */
  readonly partition?: F;
  /** The sort key. A local index needs one. */
  readonly sort?: F;
  /**
   * The fields that the index has: all, its keys and the table's only, or these besides the keys.
   * It cannot change after the index is made. @defaultValue 'all'
   */
  readonly projection?: 'all' | 'keys' | readonly A[];
}

/** Indexes by name. A name begins with `by`, so that no method of a client can have it. */
export type Indexes<F extends string = string, A extends string = string> = Readonly<
  Record<`by${string}`, IndexOptions<F, A>>
>;

/** Turns a name or an option that an index cannot have into an error that names it. */
type CheckedIndexes<I> = {
  readonly [N in keyof I]: N extends `by${string}`
    ? {
        readonly [O in keyof I[N]]: O extends keyof IndexOptions
          ? unknown
          : `'${O & string}' is not an option of an index`;
      }
    : "the name of an index begins with 'by', e.g. byUser";
};

/** The indexes of a table without any. */
export type NoIndexes = Record<never, never>;

export interface TableOptions<
  S extends StandardSchemaV1,
  P extends KeyField<S>,
  K extends KeyField<S> = never,
  I extends Indexes<IndexField<S>, keyof Row<S> & string> = NoIndexes,
> {
  /**
   * The schema of a row, checked before it is written and when it is read, at once (no asynchronous
   * checks).
   */
  schema: S;
  /** The partition key, or `{ partition, sort }`. Key fields are strings. */
  key: P | { partition: P; sort: K };
  /**
   * Secondary indexes, e.g. `{ byUser: { partition: 'userId', sort: 'createdAt' } }`. The client
   * has a member of each name. At most 20 global and 5 local ones (DynamoDB's default quotas).
   */
  indexes?: I;
  /**
   * The number field with the second, since 1970, after which a row has expired: it counts as
   * absent, and DynamoDB deletes it, usually within a few days.
   */
  ttl?: NumberField<S>;
}

const ACCESSES = {
  get: { methods: ['get'], actions: ['dynamodb:GetItem'] },
  getMany: { methods: ['getMany'], actions: ['dynamodb:BatchGetItem'] },
  query: { methods: ['query'], actions: ['dynamodb:Query'] },
  scan: { methods: ['scan'], actions: ['dynamodb:Scan'] },
  // DynamoDB authorizes a transaction by the actions of its entries: `transact` needs none itself.
  put: { methods: ['put', 'putOperation', 'transact'], actions: ['dynamodb:PutItem'] },
  update: { methods: ['update', 'updateOperation', 'transact'], actions: ['dynamodb:UpdateItem'] },
  delete: { methods: ['delete', 'deleteOperation', 'transact'], actions: ['dynamodb:DeleteItem'] },
  writeMany: { methods: ['writeMany'], actions: ['dynamodb:BatchWriteItem'] },
  check: { methods: ['checkOperation', 'transact'], actions: ['dynamodb:ConditionCheckItem'] },
} as const;

/** The accesses of a table. `read` is `get`, `getMany`, `query` and `scan`; `write` the others. */
const TABLE_ACCESSES = {
  ...ACCESSES,
  read: /* @__PURE__ */ sumOf(ACCESSES, 'get', 'getMany', 'query', 'scan'),
  write: /* @__PURE__ */ sumOf(ACCESSES, 'put', 'update', 'delete', 'writeMany', 'check'),
} as const;

/**
 * The accesses of a table with indexes: one more for each index, by its name, and all of them in
 * `read`.
 */
type TableAccesses<I> = Omit<typeof TABLE_ACCESSES, 'read'> & {
  readonly [N in (keyof I & string) | 'read']: N extends 'read'
    ? {
        readonly methods: ReadonlyArray<(typeof TABLE_ACCESSES)['read']['methods'][number] | (keyof I & string)>;
        readonly actions: readonly string[];
        readonly sumOf: readonly string[];
      }
    : { readonly methods: readonly N[]; readonly actions: readonly [] };
};

/** The fields that rows of an index have. */
type Projected<R, P, K, X> = X extends { readonly projection: readonly (infer A)[] }
  ? Pick<R, (A | P | K | KeysOf<X>) & keyof R>
  : X extends { readonly projection: 'keys' }
    ? Pick<R, (P | K | KeysOf<X>) & keyof R>
    : R;
type KeysOf<X> =
  | (X extends { readonly partition: infer F } ? F : never)
  | (X extends { readonly sort: infer F } ? F : never);

/** The client's member for each index. */
export type IndexClients<R, P, K, I> = {
  readonly [N in keyof I]: TableIndex<
    Projected<R, P, K, I[N]>,
    I[N] extends { readonly sort: string } ? true : false,
    I[N] extends { readonly partition: string } ? false : true
  >;
};

export interface TableDefinition<
  S extends StandardSchemaV1 = StandardSchemaV1,
  P extends string = string,
  K extends string = string,
  I = NoIndexes,
> extends Definition<TableClient<Row<S>, KeyOf<P, K>> & IndexClients<Row<S>, P, K, I>, TableAccesses<I>> {
  readonly kind: 'table';
  readonly schema: S;
  readonly partitionKey: P;
  readonly sortKey: K | undefined;
  /** By name; empty for a table without. */
  readonly indexes: I;
  /** The field with the second after which a row has expired. */
  readonly ttlField: string | undefined;
}

/**
 * Declares a table. No I/O happens here.
 *
 * @throws TypeError that names every wrong name, option, key and index.
 * @example
 * ```ts
 * const schema = z.object({ orderId: z.string(), userId: z.string(), placedAt: z.string() });
 * const rows = table('orders', {
 *   schema,
 *   key: 'orderId',
 *   indexes: { byUser: { partition: 'userId', sort: 'placedAt', projection: 'keys' } },
 * });
 * ```
 */
// NoInfer: where an app's `backing` is the expected type, a sort key would otherwise be made up
// from it.
export function table<
  S extends StandardSchemaV1,
  const P extends KeyField<S>,
  const K extends KeyField<S> = never,
  const I extends Indexes<IndexField<S>, keyof Row<S> & string> = NoIndexes,
>(
  name: string,
  options: TableOptions<S, P, K, I> & Rereadable<S> & { readonly indexes?: CheckedIndexes<I> },
): TableDefinition<S, P, NoInfer<K>, NoInfer<I>> {
  assertName('table', name);
  const { schema, indexes = {}, ttl } = options;
  const key: Partial<Record<'partition' | 'sort', string>> =
    typeof options.key === 'string' ? { partition: options.key } : (options.key ?? {});
  const faults = [
    ...unknownOptions(options, ['schema', 'key', 'indexes', 'ttl']).map((option) => `unknown option '${option}'`),
    ...unknownOptions(key, ['partition', 'sort']).map((option) => `unknown option '${option}' of key`),
    ...keyFaults(key),
    ...Object.entries<IndexOptions>(indexes).flatMap(([index, given]) => indexFaults(index, given, key)),
  ];
  if (ttl !== undefined && !isField(ttl)) faults.push("'ttl' names no field; write e.g. ttl: 'expiresAt'");
  if (ttl !== undefined && (ttl === key.partition || ttl === key.sort)) {
    faults.push(`'${ttl}' is a key and cannot be the TTL field, which is a number`);
  }
  if (faults.length > 0) throw new TypeError(`Cannot define table '${name}': ${faults.join('; ')}`);
  const fields = { name, schema, partitionKey: key.partition, sortKey: key.sort, indexes, ttlField: ttl };
  return makeDefinition(kindWith(indexes), fields) as unknown as TableDefinition<S, P, NoInfer<K>, NoInfer<I>>; // its types exist in the compiler only
}

const isField = (field: unknown): field is string => typeof field === 'string' && field !== '';

function keyFaults({ partition, sort }: { partition?: string; sort?: string }): string[] {
  if (!isField(partition)) return ["'key' names no field; write key: 'orderId' or key: { partition, sort }"];
  return partition === sort ? [`'${sort}' is both partition and sort key`] : [];
}

/** DynamoDB: 3 to 255 of these characters. */
const INDEX_NAME = /^by[A-Z0-9][A-Za-z0-9]{0,252}$/;

function indexFaults(index: string, given: IndexOptions, key: { partition?: string; sort?: string }): string[] {
  const of = `of index '${index}'`;
  if (typeof given !== 'object' || given === null) return [`the options ${of} are not an object`];
  const { partition, sort, projection = 'all' } = given;
  const faults = unknownOptions(given, ['partition', 'sort', 'projection']).map(
    (one) => `unknown option '${one}' ${of}`,
  );
  if (!INDEX_NAME.test(index))
    faults.push(`the index '${index}' needs a name like byUser: 'by', then letters and digits`);
  const fields = [partition, sort].filter((field) => field !== undefined);
  if (fields.length === 0 || !fields.every(isField))
    faults.push(`the key ${of} names no field; write { partition, sort }`);
  if (partition === undefined && key.sort === undefined) {
    faults.push(`the index '${index}' has no partition key, and only a table with a sort key has local indexes`);
  }
  if (sort !== undefined && sort === (partition ?? key.partition)) {
    faults.push(`'${sort}' is both partition and sort key ${of}`);
  }
  const named = Array.isArray(projection) && projection.length > 0 && projection.every(isField);
  if (projection !== 'all' && projection !== 'keys' && !named) {
    faults.push(`the projection ${of} is not 'all', 'keys' or a list of fields`);
  }
  return faults;
}

/** The kind of a table with these indexes: an access of each index's name, on the index only. */
function kindWith(indexes: Readonly<Record<string, IndexOptions>>): Kind {
  const names = Object.keys(indexes);
  if (names.length === 0) return TABLE;
  const indexAccesses: Record<string, Access> = {};
  for (const name of names)
    indexAccesses[name] = { methods: [name], actions: [], parts: { [name]: ['dynamodb:Query'] } };
  const accesses: Record<string, Access> = { ...TABLE_ACCESSES, ...indexAccesses };
  accesses.read = sumOf<Record<string, Access>, string>(accesses, ...TABLE_ACCESSES.read.sumOf, ...names);
  return { ...TABLE, accesses };
}

const TABLE: Kind<TableDefinition> = {
  name: 'table',
  accesses: TABLE_ACCESSES,
  details: ({ partitionKey, sortKey, indexes, ttlField }) => ({
    partitionKey,
    ...(sortKey === undefined ? {} : { sortKey }),
    ...(Object.keys(indexes).length === 0 ? {} : { indexes }),
    ...(ttlField === undefined ? {} : { ttlField }),
  }),
  // A builder of an operation sends nothing.
  dryRun: {
    put: 'done',
    delete: 'done',
    writeMany: 'done',
    transact: 'done',
    putOperation: 'pass',
    updateOperation: 'pass',
    deleteOperation: 'pass',
    checkOperation: 'pass',
  },
  drivers: {
    dynamodb: {
      binding: TABLE_BINDING,
      modules: ['@twelvefold/backing/dynamodb-table'],
      infrastructure: ({ partitionKey, sortKey, indexes, ttlField }, context) =>
        tableTemplate({ partitionKey, sortKey, indexes, ttlAttribute: ttlField }, context),
      open: async (definition, { target: name, aws, clock, random }) => {
        const { createDynamoDbTable } = await import('@twelvefold/backing/dynamodb-table');
        return { client: createDynamoDbTable({ definition, name, aws, clock, random }) };
      },
    },
  },
};
