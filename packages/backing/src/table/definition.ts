import type { StandardSchemaV1 } from '@standard-schema/spec';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';
import type { Rereadable } from '../rereadable.ts';

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
  const fields: ReadonlyArray<string | undefined> = [key.partition, key.sort];
  if (fields[0] === fields[1]) {
    throw new TypeError(`Cannot define table '${name}': '${key.sort}' is both partition and sort key`);
  }
  return Object.freeze({ kind: 'table', name, schema: options.schema, partitionKey: key.partition, sortKey: key.sort });
}
