import type { Table } from './tables/table.ts';

/** Source: "DynamoDB throughput capacity": a read unit is 4 KB, half when eventually consistent; a write unit is 1 KB. */
export function readUnits(bytes: number, consistent: boolean | undefined): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

/** Where units were consumed. */
export interface Usage {
  readonly table: Pick<Table, 'name'>;
  readonly units: number;
  /** The index that was read instead of the table. */
  readonly index?: { readonly kind: 'global' | 'local'; readonly name: string } | undefined;
}

/** `ConsumedCapacity` as the request wants it. What writes cost in indexes is not counted. */
export function consumedCapacity(mode: string | undefined, { table, units, index }: Usage) {
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return undefined;
  const total = { TableName: table.name, CapacityUnits: units };
  if (mode === 'TOTAL') return total;
  if (index === undefined) return { ...total, Table: { CapacityUnits: units } };
  const indexes = index.kind === 'global' ? 'GlobalSecondaryIndexes' : 'LocalSecondaryIndexes';
  return { ...total, Table: { CapacityUnits: 0 }, [indexes]: { [index.name]: { CapacityUnits: units } } };
}

/** {@link consumedCapacity} for a request over several tables: one entry each. */
export function consumedCapacities(mode: string | undefined, usages: readonly Usage[]) {
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return undefined;
  const totals = new Map<string, number>();
  for (const { table, units } of usages) totals.set(table.name, (totals.get(table.name) ?? 0) + units);
  return [...totals].map(([name, units]) => consumedCapacity(mode, { table: { name }, units }));
}
