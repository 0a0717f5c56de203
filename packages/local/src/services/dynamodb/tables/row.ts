import type { Attributes } from '../values/attribute-value.ts';
import { sizeOf } from '../values/size-of.ts';
import type { KeySchema } from './key-schema.ts';
import { positionOf } from './position.ts';

/** A stored item, with what every read needs of it. */
export interface Row {
  readonly item: Attributes;
  /** In bytes, names included. */
  readonly size: number;
  /** Identifies the row in its table. */
  readonly id: string;
}

/** `item` must have the table's key attributes. */
export function makeRow(schema: KeySchema, item: Attributes): Row {
  return { item, size: sizeOf(item), id: rowId(schema, item) };
}

/** Identifies the item with this key in its table. */
export function rowId(schema: KeySchema, attributes: Attributes): string {
  const position = positionOf(schema, attributes);
  if (position === undefined) throw new TypeError('Cannot identify a row: its key is incomplete');
  return JSON.stringify([position.partition, position.sort]);
}
