import type { RecordedCall } from './call-log.ts';

/** One row that a call wrote. `before` is undefined for a new row, `after` for a deleted one. */
export interface ItemChange {
  readonly table: string;
  readonly before: object | undefined;
  readonly after: object | undefined;
}

/** A row as it is kept: DynamoDB's JSON, or only its size where that is too large. */
export type ItemImage = { readonly json: string } | { readonly omittedBytes: number };

/** An {@link ItemChange} as it is kept. */
export interface StoredChange {
  readonly table: string;
  readonly before: ItemImage | undefined;
  readonly after: ItemImage | undefined;
}

/** Rows before and after the newest writes, by the call that wrote them. */
export interface ItemImages {
  add(call: RecordedCall, changes: readonly ItemChange[]): void;
  /** In the order of the writes; empty for a call that wrote nothing or that is forgotten. */
  of(call: RecordedCall): readonly StoredChange[];
  clear(): void;
}

/** With the default limits at most 2,000 * 2 * 16 KB = 64 MB. */
const DEFAULT_WRITES = 2_000;
const DEFAULT_IMAGE_BYTES = 16 * 1024;

/**
 * Keeps the newest `writes`, so that a long session cannot fill the process. A call is forgotten
 * with all of its writes, the oldest first; of a call with more than `writes` the first are kept.
 */
export function createItemImages(writes = DEFAULT_WRITES, imageBytes = DEFAULT_IMAGE_BYTES): ItemImages {
  // A Map lists its keys in the order in which they were added.
  const images = new Map<RecordedCall, readonly StoredChange[]>();
  let count = 0;
  const imageOf = (item: object | undefined): ItemImage | undefined => {
    if (item === undefined) return undefined;
    const json = JSON.stringify(item);
    const bytes = Buffer.byteLength(json);
    return bytes > imageBytes ? { omittedBytes: bytes } : { json };
  };
  return {
    add: (call, changes) => {
      const added = changes
        .slice(0, writes)
        .map(({ table, before, after }) => ({ table, before: imageOf(before), after: imageOf(after) }));
      if (added.length === 0) return;
      images.set(call, added);
      count += added.length;
      for (const [oldest, { length }] of images) {
        if (count <= writes) break;
        images.delete(oldest);
        count -= length;
      }
    },
    of: (call) => images.get(call) ?? [],
    clear: () => {
      images.clear();
      count = 0;
    },
  };
}
