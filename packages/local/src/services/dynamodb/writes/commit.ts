import type { Row } from '../tables/row.ts';
import type { Table } from '../tables/table.ts';
import { deleteRow, putRow } from '../tables/write-row.ts';
import type { Attributes } from '../values/attribute-value.ts';

/** Makes `after` the table's item instead of `before`. */
export function commit(table: Table, before: Row | undefined, after: Attributes | undefined): void {
  if (after !== undefined) {
    if (after !== before?.item) putRow(table, after);
  } else if (before !== undefined) deleteRow(table, before);
}
