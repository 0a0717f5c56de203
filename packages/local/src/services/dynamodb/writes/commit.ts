import { recordChange } from '../streams/record-change.ts';
import type { Row } from '../tables/row.ts';
import type { Table } from '../tables/table.ts';
import { deleteRow, putRow } from '../tables/write-row.ts';
import type { Attributes } from '../values/attribute-value.ts';

/** Makes `after` the table's item instead of `before`. */
export function commit(table: Table, nowMs: number, before: Row | undefined, after: Attributes | undefined): void {
  if (after !== before?.item) recordChange(table, nowMs, { before: before?.item, after });
  if (after !== undefined) {
    if (after !== before?.item) putRow(table, after);
  } else if (before !== undefined) deleteRow(table, before);
}
