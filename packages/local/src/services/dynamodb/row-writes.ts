import type { CallContext } from '../../core/service.ts';
import type { Row } from './item-store.ts';
import { makeRow, positionOf } from './item-store.ts';
import type { Table } from './table.ts';
import { recordChange } from './table-stream.ts';
import { noteExpiry } from './time-to-live.ts';
import type { Attributes } from './values/value.ts';

function unlink(table: Table, row: Row): void {
  for (const { key, rows } of table.indexes.values()) {
    const position = positionOf(key, row.item, table.key);
    if (position !== undefined) rows.delete(position);
  }
}

/**
 * Stores an item whose keys have been checked, in the table and in every index that it has the keys
 * of.
 */
export function putRow(table: Table, item: Attributes): Row {
  const row = makeRow(table.key, item);
  const old = table.byId.get(row.id);
  if (old !== undefined) unlink(table, old);
  table.byId.set(row.id, row);
  const position = positionOf(table.key, item);
  if (position !== undefined) table.rows.put(position, row);
  for (const { key, rows } of table.indexes.values()) {
    const indexed = positionOf(key, item, table.key);
    if (indexed !== undefined) rows.put(indexed, row);
  }
  noteExpiry(table, row);
  return row;
}

/** Removes a row from the table and its indexes. */
export function deleteRow(table: Table, row: Row): void {
  unlink(table, row);
  table.byId.delete(row.id);
  const position = positionOf(table.key, row.item);
  if (position !== undefined) table.rows.delete(position);
}

/** Makes `after` the table's item instead of `before`. */
export function commit(
  { clock, noteItem }: Pick<CallContext, 'clock' | 'noteItem'>,
  table: Table,
  before: Row | undefined,
  after: Attributes | undefined,
): void {
  if (after !== before?.item) {
    recordChange(table, clock.now(), { before: before?.item, after });
    noteItem?.({ table: table.name, before: before?.item, after });
  }
  if (after !== undefined) {
    if (after !== before?.item) putRow(table, after);
  } else if (before !== undefined) deleteRow(table, before);
}
