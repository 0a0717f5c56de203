import type { Usage } from '../capacity.ts';
import { writeUnits } from '../capacity.ts';
import { keyAttributes } from '../tables/key-schema.ts';
import { positionOf } from '../tables/position.ts';
import type { SecondaryIndex, Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { emptyAttributes } from '../values/attribute-value.ts';
import { equalValues } from '../values/equal-values.ts';
import { sizeOf } from '../values/size-of.ts';

interface Written {
  readonly table: Table;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

/** What an index holds of an item; undefined when the item is not in it. */
function heldOf(table: Table, { key, projection }: SecondaryIndex, item: Attributes | undefined) {
  const position = item === undefined ? undefined : positionOf(key, item, table.key);
  if (item === undefined || position === undefined) return undefined;
  if (projection.type === 'ALL') return { item, position };
  const held = emptyAttributes();
  const keys = [table.key, key].flatMap(keyAttributes).map(({ name }) => name);
  for (const name of [...keys, ...projection.nonKeyAttributes]) {
    const value = item[name];
    if (value !== undefined) held[name] = value;
  }
  return { item: held, position };
}

/** Source: "Write operations on global secondary indexes": a new key is a delete and a put, what is not projected costs nothing. */
function indexUnits(written: Written, index: SecondaryIndex): number {
  const [old, fresh] = [written.before, written.after].map((item) => heldOf(written.table, index, item));
  const units = (held: { item: Attributes } | undefined) => (held === undefined ? 0 : writeUnits(sizeOf(held.item)));
  if (old === undefined || fresh === undefined) return units(old) + units(fresh);
  const moved =
    old.position.partition !== fresh.position.partition ||
    old.position.sort.join('\n') !== fresh.position.sort.join('\n');
  if (moved) return units(old) + units(fresh);
  return equalValues({ M: old.item }, { M: fresh.item }) ? 0 : Math.max(units(old), units(fresh));
}

/** What a write costs: for the larger of the item before and after, and in each index that it changes; all of it `factor` times. */
export function writeUsage(written: Written, factor = 1): Usage {
  const { table, before, after } = written;
  const bytes = Math.max(...[before, after].map((item) => (item === undefined ? 0 : sizeOf(item))));
  return {
    table,
    units: factor * writeUnits(bytes),
    indexes: [...table.indexes.values()]
      .map((index) => ({ kind: index.kind, name: index.name, units: factor * indexUnits(written, index) }))
      .filter(({ units }) => units > 0),
  };
}
