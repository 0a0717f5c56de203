import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Definition } from '../definition.ts';
import { assertKnownOptions, assertName } from '../definition.ts';

/** The row type of a schema. */
type Row<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>;
type KeyField<S extends StandardSchemaV1> = keyof Row<S> & string;

export interface TableOptions<S extends StandardSchemaV1, P extends KeyField<S>, K extends KeyField<S> = never> {
  /** What a row is; checked before it is written and when it is read. */
  schema: S;
  /** The partition key, or `{ partition, sort }`. Key fields are strings. */
  key: P | { partition: P; sort: K };
}

export interface TableDefinition<
  S extends StandardSchemaV1 = StandardSchemaV1,
  P extends string = string,
  K extends string = string,
> extends Definition<'table'> {
  readonly schema: S;
  readonly partitionKey: P;
  readonly sortKey: K | undefined;
}

/**
 * Declares a table. No I/O happens here.
 *
 * @example
 * ```ts
 * const rows = table('orders', { schema: z.object({ orderId: z.string(), totalCents: z.number() }), key: 'orderId' });
 * ```
 */
export function table<S extends StandardSchemaV1, const P extends KeyField<S>, const K extends KeyField<S> = never>(
  name: string,
  options: TableOptions<S, P, K>,
): TableDefinition<S, P, K> {
  assertName('table', name);
  assertKnownOptions(`table '${name}'`, options, ['schema', 'key']);
  const key = typeof options.key === 'string' ? { partition: options.key, sort: undefined } : options.key;
  return Object.freeze({ kind: 'table', name, schema: options.schema, partitionKey: key.partition, sortKey: key.sort });
}
