import type { KeySchema } from './key-schema.ts';
import type { Attributes } from './values/value.ts';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** One change of one item. */
export interface ChangeRecord {
  /** Counts up within its stream: order is order of commit. */
  readonly sequence: number;
  readonly eventId: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly atMs: number;
  readonly keys: Attributes;
  readonly newImage: Attributes | undefined;
  readonly oldImage: Attributes | undefined;
  readonly bytes: number;
  /** Time to live deleted the item, not a call. */
  readonly byTimeToLive: boolean;
}

/**
 * A run of records. A stream has one open shard at a time here; AWS has one for each partition of
 * the table.
 */
export interface Shard {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly createdAtMs: number;
  /** The sequence of its first record, written or yet to come. */
  readonly start: number;
  /** Undefined while it is open; below `start` when it closed without a record. */
  end: number | undefined;
  closedAtMs: number | undefined;
  records: ChangeRecord[];
}

/** The stream state of one table, from when it was switched on: plain data. */
export interface TableStream {
  readonly arn: string;
  readonly label: string;
  readonly tableName: string;
  readonly key: KeySchema;
  readonly viewType: StreamViewType;
  readonly createdAtMs: number;
  /** Undefined while it takes records. */
  disabledAtMs: number | undefined;
  nextSequence: number;
  shards: Shard[];
}
