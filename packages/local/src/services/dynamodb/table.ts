import type { Row } from './item-store.ts';
import { ItemIndex } from './item-store.ts';
import type { KeySchema, KeyType } from './key-schema.ts';
import type { TableStream } from './stream-state.ts';

import type { BillingMode, Capacity } from './throughput.ts';

/** Which attributes an index holds, beside its own keys and the table's. */
export interface Projection {
  readonly type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly nonKeyAttributes: readonly string[];
}

/** A secondary index: another order over the same rows, kept in step with every write. */
export interface SecondaryIndex {
  readonly kind: 'global' | 'local';
  readonly name: string;
  readonly key: KeySchema;
  readonly projection: Projection;
  readonly capacity: Capacity;
  readonly rows: ItemIndex;
}

/** A table as it is kept; `tableDescription` writes it as AWS shows it. */
export interface Table {
  readonly name: string;
  readonly arn: string;
  /** A UUID, new for each table of the same name. */
  readonly id: string;
  readonly createdAtMs: number;
  readonly key: KeySchema;
  /** The declared types of the key attributes of table and indexes. */
  attributeTypes: ReadonlyMap<string, KeyType>;
  billing: { readonly mode: BillingMode; readonly onDemandSinceMs: number | undefined };
  capacity: Capacity;
  indexes: ReadonlyMap<string, SecondaryIndex>;
  deletionProtected: boolean;
  encryption: { readonly keyArn: string } | undefined;
  tableClass: string | undefined;
  /** Who else may use the table; remembered, not enforced. */
  policy: { readonly text: string; readonly revisionId: string } | undefined;
  readonly tags: Map<string, string>;
  /** The attribute that says when an item expires, while time to live is on. */
  ttlAttribute: string | undefined;
  /** No item is due for deletion before this time. */
  nothingExpiresBeforeMs: number;
  /** The latest stream, also after it was switched off. */
  stream: TableStream | undefined;
  recovery: { readonly sinceMs: number; readonly days: number } | undefined;
  readonly byId: Map<string, Row>;
  readonly rows: ItemIndex;
}

/** A table with nothing in it. */
export function emptyTable(
  definition: Omit<Table, 'byId' | 'rows' | 'ttlAttribute' | 'nothingExpiresBeforeMs' | 'recovery' | 'stream'>,
): Table {
  return {
    ...definition,
    ttlAttribute: undefined,
    nothingExpiresBeforeMs: Number.POSITIVE_INFINITY,
    recovery: undefined,
    stream: undefined,
    byId: new Map(),
    rows: new ItemIndex(),
  };
}
