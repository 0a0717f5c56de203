import type { Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';

/** `ItemCollectionMetrics` of a written item: only tables with local indexes have them. Collections here are under 1 GB. */
export function collectionMetrics(mode: string | undefined, table: Table, item: Attributes | undefined) {
  const hasLocal = [...table.indexes.values()].some(({ kind }) => kind === 'local');
  const hash = item?.[table.key.hash.name];
  if (mode !== 'SIZE' || !hasLocal || hash === undefined) return undefined;
  return { ItemCollectionKey: { [table.key.hash.name]: hash }, SizeEstimateRangeGB: [0, 1] };
}
