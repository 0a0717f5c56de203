import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { storeKey } from '../../core/stores.ts';
import { resourceNotFound, validationError } from './errors.ts';
import { ItemIndex } from './item-store.ts';
import { deleteRow, putRow } from './row-writes.ts';
import type { TableStream } from './stream-state.ts';
import type { SecondaryIndex, Table } from './table.ts';
import { recordChange } from './table-stream.ts';
import { forgetExpiries, takeExpired } from './time-to-live.ts';
import type { Attributes } from './values/value.ts';
import { normaliseAttributes } from './values/value.ts';

type Definition = Omit<Table, 'byId' | 'rows' | 'indexes' | 'stream'>;

interface SavedTable {
  readonly definition: Definition;
  readonly indexes: ReadonlyArray<Omit<SecondaryIndex, 'rows'>>;
  readonly streamArn: string | undefined;
  readonly items: readonly Attributes[];
}

/** A table as plain data. */
function saveTable({ byId, rows: _, indexes, stream, ...definition }: Table): SavedTable {
  return {
    definition,
    indexes: [...indexes.values()].map(({ rows: _rows, ...index }) => index),
    streamArn: stream?.arn,
    items: [...byId.values()].map(({ item }) => item),
  };
}

/** The table that {@link saveTable} saved, its indexes built anew. */
function loadTable(
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

/** A transaction that went through, remembered by its client token. */
interface PastTransaction {
  /** The request, to tell a repetition from a different request under the same token. */
  readonly fingerprint: string;
  readonly atMs: number;
}

/** All that DynamoDB remembers in one account and region. */
interface DynamoStore {
  readonly tables: Map<string, Table>;
  readonly transactions: Map<string, PastTransaction>;
  /** By ARN, also of tables that are gone: a stream can be read for a day after. */
  readonly streams: Map<string, TableStream>;
  /** Items that transactions under way hold, and tokens of those; gone with the process. */
  readonly held: Set<string>;
}

/** In a snapshot a table is its definition and its items; indexes are made anew. */
type SavedStore = Omit<DynamoStore, 'tables' | 'held'> & {
  readonly tables: ReadonlyArray<ReturnType<typeof saveTable>>;
};

export const STORE = storeKey<DynamoStore, SavedStore>(
  'dynamodb',
  () => ({ tables: new Map(), transactions: new Map(), streams: new Map(), held: new Set() }),
  {
    save: ({ tables, transactions, streams }) => ({
      tables: [...tables.values()].map(saveTable),
      transactions,
      streams,
    }),
    load: ({ tables, transactions, streams }) => ({
      tables: new Map(tables.map((saved) => [saved.definition.name, loadTable(saved, streams)])),
      transactions,
      streams,
      held: new Set(),
    }),
  },
);

const ARN = /^arn:aws[a-z-]*:dynamodb:([a-z0-9-]+):(\d{12}):table\/([a-zA-Z0-9_.-]{3,255})(?:\/.*)?$/;

type Place = Pick<CallContext, 'account' | 'region'>;

/** The ARN of the table that a name, or an ARN, means. @throws ServiceError for a malformed ARN. */
export function tableArn({ account, region }: Place, nameOrArn: string): string {
  if (!nameOrArn.startsWith('arn:'))
    return `arn:${partitionOf(region)}:dynamodb:${region}:${account}:table/${nameOrArn}`;
  const [, arnRegion = region, arnAccount, name] = ARN.exec(nameOrArn) ?? [];
  if (name === undefined) throw validationError('Invalid TableArn');
  return `arn:${partitionOf(arnRegion)}:dynamodb:${arnRegion}:${arnAccount}:table/${name}`;
}

/** The table's name, from its ARN. */
const nameOf = (arn: string) => arn.slice(arn.indexOf('/') + 1);

/**
 * The table if it exists in the caller's account and region, cleared of what time to live deletes
 * by now.
 */
export function findTable(context: CallContext, nameOrArn: string): Table | undefined {
  const arn = tableArn(context, nameOrArn);
  const table = context.stores.get(STORE).tables.get(nameOf(arn));
  if (table === undefined || table.arn !== arn) return undefined;
  const now = context.clock.now();
  for (const row of takeExpired(table, now)) {
    deleteRow(table, row);
    recordChange(table, now, { before: row.item, after: undefined, byTimeToLive: true });
  }
  return table;
}

/** For the data plane. @throws ServiceError `ResourceNotFoundException`. */
export function openTable(context: CallContext, nameOrArn: string): Table {
  const table = findTable(context, nameOrArn);
  if (table === undefined) throw resourceNotFound();
  return table;
}

/**
 * For the control plane, whose message names the table.
 *
 * @throws ServiceError `ResourceNotFoundException`.
 */
export function openNamedTable(context: CallContext, nameOrArn: string): Table {
  const table = findTable(context, nameOrArn);
  if (table === undefined) throw resourceNotFound(`Table: ${nameOf(tableArn(context, nameOrArn))} not found`);
  return table;
}
