import { storeKey } from '../../core/stores.ts';
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
}

export const STORE = storeKey<DynamoStore>('dynamodb', () => ({ tables: new Map(), transactions: new Map() }));
