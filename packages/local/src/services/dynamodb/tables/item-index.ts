import type { Bounds } from './bounds.ts';
import { isAbove, isBelow } from './bounds.ts';
import type { Position } from './position.ts';
import { comparePartitions, compareSort } from './position.ts';
import type { Row } from './row.ts';

interface Entry {
  readonly sort: readonly string[];
  row: Row;
}

interface Partition {
  readonly partition: string;
  readonly hash: number;
  readonly entries: Entry[];
}

/** What to read of an index, and in which order. */
export interface Walk {
  /** Only this partition, and of it only the range keys within `bounds`. */
  readonly partition?: string;
  readonly bounds?: Bounds | undefined;
  /** Only partitions whose hash falls in the `segment`-th of `of` equal shares. */
  readonly segment?: { readonly number: number; readonly of: number };
  /** Begin after this position, which need not be taken. */
  readonly after?: Position | undefined;
  /** Within a partition. @defaultValue false */
  readonly descending?: boolean;
}

/** The first index whose element is not `before`. */
function lowerBound<T>(sorted: readonly T[], before: (element: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(sorted[middle] as T))
      low = middle + 1; // middle is within the array
    else high = middle;
  }
  return low;
}

/** The segment of a parallel scan that a hash falls in. */
export function segmentOf(hash: number, segments: number): number {
  return Math.floor((hash / 2 ** 32) * segments);
}

function* walkEntries(
  entries: readonly Entry[],
  bounds: Bounds | undefined,
  after: Position | undefined,
  descending: boolean,
): Generator<Row> {
  let from = 0;
  let to = entries.length;
  if (bounds !== undefined) {
    from = lowerBound(entries, ({ sort: [text = ''] }) => isBelow(text, bounds));
    to = lowerBound(entries, ({ sort: [text = ''] }) => !isAbove(text, bounds));
  }
  if (after !== undefined) {
    if (descending)
      to = Math.min(
        to,
        lowerBound(entries, ({ sort }) => compareSort(sort, after.sort) < 0),
      );
    else
      from = Math.max(
        from,
        lowerBound(entries, ({ sort }) => compareSort(sort, after.sort) <= 0),
      );
  }
  for (let step = 0; step < to - from; step += 1) {
    yield (entries[descending ? to - 1 - step : from + step] as Entry).row; // between from and to
  }
}

/** Rows in the order of a table or index: by hash of the partition, then by sort key. */
export class ItemIndex {
  readonly #byKey = new Map<string, Partition>();
  readonly #ordered: Partition[] = [];
  /** How many rows there are, and how many bytes they have. */
  count = 0;
  bytes = 0;

  put(position: Position, row: Row): void {
    const { entries } = this.#byKey.get(position.partition) ?? this.#addPartition(position);
    const at = lowerBound(entries, ({ sort }) => compareSort(sort, position.sort) < 0);
    const entry = entries[at];
    this.bytes += row.size;
    if (entry !== undefined && compareSort(entry.sort, position.sort) === 0) {
      this.bytes -= entry.row.size;
      entry.row = row;
    } else {
      this.count += 1;
      entries.splice(at, 0, { sort: position.sort, row });
    }
  }

  delete(position: Position): void {
    const partition = this.#byKey.get(position.partition);
    if (partition === undefined) return;
    const at = lowerBound(partition.entries, ({ sort }) => compareSort(sort, position.sort) < 0);
    const entry = partition.entries[at];
    if (entry === undefined || compareSort(entry.sort, position.sort) !== 0) return;
    this.count -= 1;
    this.bytes -= entry.row.size;
    partition.entries.splice(at, 1);
    if (partition.entries.length > 0) return;
    this.#byKey.delete(partition.partition);
    this.#ordered.splice(this.#indexOf(partition), 1);
  }

  *walk({ partition, bounds, segment, after, descending = false }: Walk): Generator<Row> {
    if (partition !== undefined) {
      const only = this.#byKey.get(partition);
      if (only !== undefined) yield* walkEntries(only.entries, bounds, after, descending);
      return;
    }
    for (let at = after === undefined ? 0 : this.#indexOf(after); at < this.#ordered.length; at += 1) {
      const candidate = this.#ordered[at] as Partition; // at is within the array
      if (segment !== undefined && segmentOf(candidate.hash, segment.of) !== segment.number) continue;
      const resumed = candidate.partition === after?.partition ? after : undefined;
      yield* walkEntries(candidate.entries, undefined, resumed, descending);
    }
  }

  #addPartition({ partition, hash }: Position): Partition {
    const added = { partition, hash, entries: [] };
    this.#byKey.set(partition, added);
    this.#ordered.splice(this.#indexOf(added), 0, added);
    return added;
  }

  #indexOf(position: Omit<Position, 'sort'>): number {
    return lowerBound(this.#ordered, (candidate) => comparePartitions(candidate, position) < 0);
  }
}
