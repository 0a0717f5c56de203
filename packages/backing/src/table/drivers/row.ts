import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Item } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import type { Unstorable } from '../../dynamodb/storable.ts';
import { storable } from '../../dynamodb/storable.ts';
import { issueList, validate } from '../../dynamodb/validation.ts';
import type { IndexOptions, TableDefinition } from '../table.ts';

/** The fields of a definition. Without the client's type, tables of every key have one type. */
export type TableFields<S extends StandardSchemaV1 = StandardSchemaV1> = Omit<
  TableDefinition<S, string, string, Readonly<Record<string, IndexOptions>>>,
  'types'
>;

/** A table as requests are built for it. */
export interface Target<R> {
  readonly definition: TableFields<StandardSchemaV1<unknown, R>>;
  readonly tableName: string;
  /** Milliseconds since 1970, for the TTL field. */
  readonly now: () => number;
}

/** DynamoDB: a partition key has 1 to 2048 bytes, a sort key 1 to 1024; those of indexes too. */
const PARTITION_KEY_BYTES = 2_048;
const SORT_KEY_BYTES = 1_024;

/** Names the fields of a table's or an index's key. */
export interface KeyFields {
  readonly partition: string;
  readonly sort: string | undefined;
}

/** The key of an index of the table, or of the table itself. */
export function keyFieldsOf({ partitionKey, sortKey, indexes }: TableFields, index: string | undefined): KeyFields {
  const given = index === undefined ? undefined : indexes[index];
  if (given === undefined) return { partition: partitionKey, sort: sortKey };
  return { partition: given.partition ?? partitionKey, sort: given.sort };
}

/**
 * The key of a row as DynamoDB takes it.
 *
 * @throws TypeError naming the field that is missing, unknown, not a string, empty or too long.
 */
export function keyItem(definition: TableFields, key: unknown): Item {
  const { name, partitionKey, sortKey } = definition;
  const fault = (reason: string) => new TypeError(`Cannot address a row of table '${name}': ${reason}`);
  if (sortKey === undefined) return { [partitionKey]: keyValue(partitionKey, key, PARTITION_KEY_BYTES, fault) };
  if (typeof key !== 'object' || key === null) {
    throw fault(`its key is an object of '${partitionKey}' and '${sortKey}'`);
  }
  const unknown = Object.keys(key).find((field) => field !== partitionKey && field !== sortKey);
  if (unknown !== undefined) throw fault(`'${unknown}' is not a key field`);
  const fields = key as Record<string, unknown>; // an object: each field is checked below
  return {
    [partitionKey]: keyValue(partitionKey, fields[partitionKey], PARTITION_KEY_BYTES, fault),
    [sortKey]: keyValue(sortKey, fields[sortKey], SORT_KEY_BYTES, fault),
  };
}

function keyValue(field: string, value: unknown, limit: number, fault: (reason: string) => Error): string {
  if (typeof value !== 'string') throw fault(`key field '${field}' is not a string`);
  const bytes = Buffer.byteLength(value);
  if (bytes === 0) throw fault(`key field '${field}' is empty`);
  if (bytes > limit) throw fault(`key field '${field}' has ${bytes} bytes; DynamoDB allows ${limit}`);
  return value;
}

/**
 * Checks the fields that are keys of indexes: DynamoDB refuses to write an empty or too long one.
 *
 * @throws TwelvefoldError `ROW_INVALID` naming the field.
 */
export function assertIndexKeys({ name, indexes, partitionKey }: TableFields, item: Readonly<Record<string, unknown>>) {
  const fault = (reason: string) =>
    new TwelvefoldError('ROW_INVALID', `Cannot write a row of table '${name}': ${reason}`);
  for (const index of Object.values(indexes)) {
    const { partition = partitionKey, sort } = index;
    if (item[partition] !== undefined) keyValue(partition, item[partition], PARTITION_KEY_BYTES, fault);
    if (sort !== undefined && item[sort] !== undefined) keyValue(sort, item[sort], SORT_KEY_BYTES, fault);
  }
}

/**
 * `value` as DynamoDB can store it, without fields that are `undefined`.
 *
 * @throws TwelvefoldError `ROW_INVALID` naming the fields that cannot be stored.
 */
export function storableField(value: unknown, path: string, subject: string): unknown {
  const faults: Unstorable[] = [];
  const stored = storable(value, path, faults);
  if (faults.length === 0) return stored;
  const named = faults.map((fault) => `'${fault.path}' is ${fault.reason}`).join(', ');
  throw new TwelvefoldError(
    'ROW_INVALID',
    `Cannot store ${subject}: ${named}; let the schema turn it into a string, a number, a list or a plain object`,
  );
}

/** Fields to read, and how an item becomes a row with only these. */
export interface Selection {
  /** The fields to ask for, keys and TTL included; `undefined` for whole rows. */
  readonly read: readonly string[] | undefined;
  /** Whether the row is whole, so that the schema can check it as a whole. */
  readonly returned: readonly string[] | undefined;
}

/**
 * The fields that a read asks for. Keys are read too: cursors and errors are made of them.
 *
 * @throws TypeError for an empty list, a field that is not a text, and one that the index does not
 * have.
 */
export function selectionOf(
  definition: TableFields,
  index: string | undefined,
  select: readonly string[] | undefined,
): Selection {
  const { name, partitionKey, sortKey, ttlField } = definition;
  const { partition, sort } = keyFieldsOf(definition, index);
  const keys = [partitionKey, sortKey, partition, sort];
  const projection = (index === undefined ? undefined : definition.indexes[index]?.projection) ?? 'all';
  const held = projection === 'all' ? undefined : [...keys, ...(projection === 'keys' ? [] : projection)];
  if (select === undefined) {
    return { read: undefined, returned: held?.filter((field) => field !== undefined) };
  }
  const wrong = Array.isArray(select) && select.length > 0 ? select.filter((field) => !isName(field)) : [select];
  if (wrong.length > 0) throw new TypeError(`Cannot read table '${name}': 'select' is not a list of one field or more`);
  const absent = select.find((field) => held !== undefined && !held.includes(field));
  if (absent !== undefined) {
    throw new TypeError(
      `Cannot read table '${name}': the index '${index}' does not have the field '${absent}'; add it to the index's projection`,
    );
  }
  const read = new Set([...select, ...keys, ttlField].filter((field) => field !== undefined));
  return { read: [...read], returned: select };
}

const isName = (field: unknown) => typeof field === 'string' && field !== '';

/** Whether the second in the TTL field has passed: DynamoDB deletes the row some time later. */
export function hasExpired({ definition, now }: Target<unknown>, item: Item): boolean {
  const { ttlField } = definition;
  const second = ttlField === undefined ? undefined : item[ttlField];
  return typeof second === 'number' && second * 1_000 <= now();
}

/**
 * A stored item as a row.
 *
 * @throws TwelvefoldError `ROW_INVALID` naming the row's key, the fields that do not fit and the
 * way out.
 */
export function rowOf<R>({ definition }: Target<R>, item: Item | undefined, { returned }: Selection, done = ''): R {
  const subject = `a row of table '${definition.name}'`;
  const checked = validate(definition.schema, item, subject);
  if (checked.valid) return returned === undefined ? checked.value : picked(checked.value as Item, returned);
  const issues =
    returned === undefined
      ? checked.issues
      : // The schema misses the fields that were not read. The value as a whole cannot be judged either.
        checked.issues.filter(({ field }) => field !== undefined && returned.includes(field));
  if (issues.length === 0) return picked(item ?? {}, returned ?? []);
  throw new TwelvefoldError(
    'ROW_INVALID',
    `Cannot read the row ${keyText(definition, item)} of table '${definition.name}'${done}: ${issueList(issues)} does not fit the schema; ` +
      'let the schema accept what is stored (an optional field, a default), or correct the row with a task that writes it again',
  );
}

function picked<R>(value: Item, fields: readonly string[]): R {
  const row: Item = {};
  for (const field of fields) if (value[field] !== undefined) row[field] = value[field];
  return row as R; // the fields that the caller's type has
}

/** The key of a stored row, for messages: `"1"`, or `{"orderId":"1","line":"a"}`. */
function keyText({ partitionKey, sortKey }: TableFields, item: Item | undefined): string {
  if (sortKey === undefined) return JSON.stringify(item?.[partitionKey]) ?? '(without a key)';
  return JSON.stringify({ [partitionKey]: item?.[partitionKey], [sortKey]: item?.[sortKey] });
}
