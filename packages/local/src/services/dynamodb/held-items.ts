import type { CallContext } from '../../core/service.ts';
import { rowId } from './item-store.ts';
import type { Table } from './table.ts';
import { STORE } from './table-store.ts';
import type { Attributes } from './values/value.ts';

/** AWS's reason for an item that another transaction holds. */
export const CONFLICT = 'Transaction is ongoing for the item';

/** Identifies an item among those of all tables. @throws TypeError for an incomplete key. */
export function itemId(table: Table, key: Attributes): string {
  return `${table.name} ${rowId(table.key, key)}`;
}

/** Whether a transaction under way has the item. */
export function isHeld(context: CallContext, table: Table, key: Attributes): boolean {
  const { held } = context.stores.get(STORE);
  return held.size > 0 && held.has(itemId(table, key));
}

/** Holds `ids` while `body` runs. */
export async function holding<T>(held: Set<string>, ids: readonly string[], body: () => Promise<T>): Promise<T> {
  for (const id of ids) held.add(id);
  try {
    return await body();
  } finally {
    for (const id of ids) held.delete(id);
  }
}
