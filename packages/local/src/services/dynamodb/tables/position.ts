import type { Attributes } from '../values/attribute-value.ts';
import { sortable } from '../values/sortable.ts';
import { hashOf } from './hash-of.ts';
import type { KeyAttribute, KeySchema } from './key-schema.ts';

/** Where an item stands in a table or an index. */
export interface Position {
  /** The hash key's sortable text, and its hash, which orders partitions. */
  readonly partition: string;
  readonly hash: number;
  /** The range key's sortable text; then, in an index, the table's keys, which tell items with equal index keys apart. */
  readonly sort: readonly string[];
}

const part = (attribute: KeyAttribute, attributes: Attributes) => {
  const value = attributes[attribute.name];
  return value === undefined || !(attribute.type in value) ? undefined : sortable(value);
};

/** Undefined when an attribute is missing or of another type: such an item is not in the index. */
export function positionOf(schema: KeySchema, attributes: Attributes, tie?: KeySchema): Position | undefined {
  const partition = part(schema.hash, attributes);
  if (partition === undefined) return undefined;
  const sort: string[] = [];
  for (const attribute of [schema.range, tie?.hash, tie?.range]) {
    if (attribute === undefined) continue;
    const value = part(attribute, attributes);
    if (value === undefined) return undefined;
    sort.push(value);
  }
  return { partition, hash: hashOf(partition), sort };
}

/** Negative, zero or positive, as for Array.sort. */
export function compareSort(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [mine, other] = [left[index] ?? '', right[index] ?? ''];
    if (mine !== other) return mine < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** Partitions come in the order of their hashes, like in a scan of AWS's: evenly spread, without meaning. */
export function comparePartitions(left: Omit<Position, 'sort'>, right: Omit<Position, 'sort'>): number {
  if (left.hash !== right.hash) return left.hash - right.hash;
  if (left.partition === right.partition) return 0;
  return left.partition < right.partition ? -1 : 1;
}
