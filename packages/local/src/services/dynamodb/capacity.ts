import type { SecondaryIndex, Table } from './table.ts';

/**
 * Source: "DynamoDB throughput capacity": a read unit is 4 KB, half when eventually consistent; a
 * write unit is 1 KB.
 */
export function readUnits(bytes: number, consistent: boolean | undefined): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

interface IndexUsage extends Pick<SecondaryIndex, 'kind' | 'name'> {
  readonly units: number;
}

/** Where units were consumed. */
export interface Usage {
  readonly table: Pick<Table, 'name'>;
  /** In the table itself. */
  readonly units: number;
  readonly indexes?: readonly IndexUsage[] | undefined;
}

/** In transactions alone AWS says which kind of units it counted. */
type CapacityKind = 'Read' | 'Write';

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

function entryOf(mode: 'TOTAL' | 'INDEXES', name: string, usages: readonly Usage[], kind: CapacityKind | undefined) {
  const capacity = (units: number) => ({
    ...(kind === undefined ? {} : { [`${kind}CapacityUnits`]: units }),
    CapacityUnits: units,
  });
  const indexUsages = usages.flatMap(({ indexes = [] }) => indexes);
  const inTable = sum(usages.map(({ units }) => units));
  const total = { TableName: name, ...capacity(inTable + sum(indexUsages.map(({ units }) => units))) };
  if (mode === 'TOTAL') return total;
  const byName = (wanted: SecondaryIndex['kind']) => {
    const units = new Map<string, number>();
    for (const usage of indexUsages) {
      if (usage.kind === wanted) units.set(usage.name, (units.get(usage.name) ?? 0) + usage.units);
    }
    return units.size === 0
      ? undefined
      : Object.fromEntries([...units].map(([index, used]) => [index, capacity(used)]));
  };
  return {
    ...total,
    Table: capacity(inTable),
    GlobalSecondaryIndexes: byName('global'),
    LocalSecondaryIndexes: byName('local'),
  };
}

/** `ConsumedCapacity` of a request over several tables: one entry each. */
export function consumedCapacities(mode: string | undefined, usages: readonly Usage[], kind?: CapacityKind) {
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return undefined;
  const names = [...new Set(usages.map(({ table }) => table.name))];
  return names.map((name) =>
    entryOf(
      mode,
      name,
      usages.filter(({ table }) => table.name === name),
      kind,
    ),
  );
}

/** `ConsumedCapacity` of a request over one table. */
export function consumedCapacity(mode: string | undefined, usage: Usage) {
  return consumedCapacities(mode, [usage])?.[0];
}
