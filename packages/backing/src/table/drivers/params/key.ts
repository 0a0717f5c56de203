import type { Item } from '@twelvefold/aws/internal';
import type { TableFields } from '../target.ts';

/** DynamoDB: a partition key has 1 to 2048 bytes, a sort key 1 to 1024. */
const PARTITION_KEY_BYTES = 2_048;
const SORT_KEY_BYTES = 1_024;

/**
 * The key of a row as DynamoDB takes it.
 *
 * @throws TypeError naming the field that is missing, unknown, no string, empty or too long.
 */
export function keyItem(definition: TableFields, key: unknown): Item {
  const { name, partitionKey, sortKey } = definition;
  const fault = (reason: string) => new TypeError(`Cannot address a row of table '${name}': ${reason}`);
  if (sortKey === undefined) return { [partitionKey]: part(partitionKey, key, PARTITION_KEY_BYTES, fault) };
  if (typeof key !== 'object' || key === null)
    throw fault(`its key is an object of '${partitionKey}' and '${sortKey}'`);
  const unknown = Object.keys(key).find((field) => field !== partitionKey && field !== sortKey);
  if (unknown !== undefined) throw fault(`'${unknown}' is no key field`);
  const fields = key as Record<string, unknown>; // an object: each field is checked below
  return {
    [partitionKey]: part(partitionKey, fields[partitionKey], PARTITION_KEY_BYTES, fault),
    [sortKey]: part(sortKey, fields[sortKey], SORT_KEY_BYTES, fault),
  };
}

function part(field: string, value: unknown, limit: number, fault: (reason: string) => TypeError): string {
  if (typeof value !== 'string') throw fault(`key field '${field}' is no string`);
  const bytes = Buffer.byteLength(value);
  if (bytes === 0) throw fault(`key field '${field}' is empty`);
  if (bytes > limit) throw fault(`key field '${field}' has ${bytes} bytes; DynamoDB allows ${limit}`);
  return value;
}
