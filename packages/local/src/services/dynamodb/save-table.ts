import type { TableStream } from './streams/table-stream.ts';
import { ItemIndex } from './tables/item-index.ts';
import type { SecondaryIndex, Table } from './tables/table.ts';
import { forgetExpiries } from './tables/time-to-live.ts';
import { putRow } from './tables/write-row.ts';
import type { Attributes } from './values/attribute-value.ts';
import { normaliseAttributes } from './values/normalise-value.ts';

type Definition = Omit<Table, 'byId' | 'rows' | 'indexes' | 'stream'>;

interface SavedTable {
  readonly definition: Definition;
  readonly indexes: ReadonlyArray<Omit<SecondaryIndex, 'rows'>>;
  readonly streamArn: string | undefined;
  readonly items: readonly Attributes[];
}

/** A table as plain data. */
export function saveTable({ byId, rows: _, indexes, stream, ...definition }: Table): SavedTable {
  return {
    definition,
    indexes: [...indexes.values()].map(({ rows: _rows, ...index }) => index),
    streamArn: stream?.arn,
    items: [...byId.values()].map(({ item }) => item),
  };
}

/** The table that {@link saveTable} saved, its indexes built anew. */
export function loadTable(
  { definition, indexes, streamArn, items }: SavedTable,
  streams: ReadonlyMap<string, TableStream>,
): Table {
  const table: Table = {
    ...definition,
    indexes: new Map(indexes.map((index) => [index.name, { ...index, rows: new ItemIndex() }])),
    stream: streamArn === undefined ? undefined : streams.get(streamArn),
    byId: new Map(),
    rows: new ItemIndex(),
  };
  // Normalised again, since plain data has lost that attributes have no prototype.
  for (const item of items) putRow(table, normaliseAttributes(item));
  forgetExpiries(table);
  return table;
}
