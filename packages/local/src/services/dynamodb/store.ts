import { storeKey } from '../../core/stores.ts';
import { loadTable, saveTable } from './save-table.ts';
import type { TableStream } from './streams/table-stream.ts';
import type { Table } from './tables/table.ts';

/** A transaction that went through, remembered by its client token. */
interface PastTransaction {
  /** What was asked, to tell a repetition from a different request under the same token. */
  readonly fingerprint: string;
  readonly atMs: number;
}

/** All that DynamoDB remembers in one account and region. */
export interface DynamoStore {
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
