import type { KeyTest } from './expressions/key-condition.ts';
import type { KeyAttribute, KeySchema } from './key-schema.ts';
import { keyAttributes } from './key-schema.ts';
import { sortable } from './values/sort-key.ts';
import type { Attributes } from './values/value.ts';
import { sizeOf } from './values/value.ts';

interface Bound {
  /** A range key's sortable text. */
  readonly text: string;
  readonly inclusive: boolean;
}

/** A stretch of range keys: equal in their first attributes, then between two bounds. */
export interface Bounds {
  /** The sortable texts of the range attributes that are tested for equality. */
  readonly equal: readonly string[];
  readonly low: Bound | undefined;
  readonly high: Bound | undefined;
}

/**
 * Sorts above every text that begins with `prefix`: sortable texts have no character beyond `\xff`.
 */
const lastOf = (prefix: string) => `${prefix}\uffff`;

function limitsOf({ operator, values }: KeyTest): Omit<Bounds, 'equal'> {
  const [first = '', second = ''] = values.map((value) => sortable(value) ?? '');
  const at = (text: string, inclusive = true): Bound => ({ text, inclusive });
  if (operator === '=') return { low: at(first), high: at(first) };
  if (operator === '<') return { low: undefined, high: at(first, false) };
  if (operator === '<=') return { low: undefined, high: at(first) };
  if (operator === '>') return { low: at(first, false), high: undefined };
  if (operator === '>=') return { low: at(first), high: undefined };
  if (operator === 'BETWEEN') return { low: at(first), high: at(second) };
  return { low: at(first), high: at(lastOf(first)) };
}

/** The range keys that satisfy the tests: one per range attribute, all but the last by equality. */
export function boundsOf(tests: readonly [KeyTest, ...KeyTest[]]): Bounds {
  const equal = tests.slice(0, -1).map(({ values }) => sortable(values[0]) ?? '');
  return { equal, ...limitsOf(tests[tests.length - 1] as KeyTest) }; // there is at least one
}

const sideOf = (sort: readonly string[], { equal }: Bounds) => compareSort(sort.slice(0, equal.length), equal);

/** Whether a range key lies below the stretch. */
export function isBelow(sort: readonly string[], bounds: Bounds): boolean {
  const side = sideOf(sort, bounds);
  const { low, equal } = bounds;
  const text = sort[equal.length] ?? '';
  if (side !== 0 || low === undefined) return side < 0;
  return text < low.text || (text === low.text && !low.inclusive);
}

/** Whether a range key lies above the stretch. */
export function isAbove(sort: readonly string[], bounds: Bounds): boolean {
  const side = sideOf(sort, bounds);
  const { high, equal } = bounds;
  const text = sort[equal.length] ?? '';
  if (side !== 0 || high === undefined) return side > 0;
  return text > high.text || (text === high.text && !high.inclusive);
}

/**
 * FNV-1a with a final mix, so that the high bits, which choose a scan's segment, spread too: 0 to
 * 2^32 - 1.
 */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Where an item stands in a table or an index. */
export interface Position {
  /** The hash key's sortable texts as one, and its hash, which orders partitions. */
  readonly partition: string;
  readonly hash: number;
  /**
   * The range key's sortable text; then, in an index, the table's keys, which tell items with equal
   * index keys apart.
   */
  readonly sort: readonly string[];
}

const text = (attribute: KeyAttribute, attributes: Attributes) => {
  const value = attributes[attribute.name];
  return value === undefined || !(attribute.type in value) ? undefined : sortable(value);
};

/** Undefined for an attribute that is missing or of another type. */
function sortableKeys(keys: readonly KeyAttribute[], attributes: Attributes): string[] | undefined {
  const texts: string[] = [];
  for (const attribute of keys) {
    const value = text(attribute, attributes);
    if (value === undefined) return undefined;
    texts.push(value);
  }
  return texts;
}

/**
 * One text for the values of all hash attributes. Sortable texts have no character beyond `\xff`.
 */
export const partitionOfTexts = (texts: readonly string[]): string => texts.join('\u0100');

/** Undefined when an attribute is missing or of another type: such an item is not in the index. */
export function positionOf(schema: KeySchema, attributes: Attributes, tie?: KeySchema): Position | undefined {
  const hashes = sortableKeys(schema.hashes, attributes);
  const sort = sortableKeys(tie === undefined ? schema.ranges : [...schema.ranges, ...keyAttributes(tie)], attributes);
  if (hashes === undefined || sort === undefined) return undefined;
  const partition = partitionOfTexts(hashes);
  return { partition, hash: hashOf(partition), sort };
}

/** Negative, zero or positive, as for Array.sort. */
function compareSort(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [first, other] = [left[index] ?? '', right[index] ?? ''];
    if (first !== other) return first < other ? -1 : 1;
  }
  return left.length - right.length;
}

/**
 * Partitions come in the order of their hashes, like in a scan of AWS's: evenly spread, without
 * meaning.
 */
function comparePartitions(left: Omit<Position, 'sort'>, right: Omit<Position, 'sort'>): number {
  if (left.hash !== right.hash) return left.hash - right.hash;
  if (left.partition === right.partition) return 0;
  return left.partition < right.partition ? -1 : 1;
}

/** A stored item, with what every read needs of it. */
export interface Row {
  readonly item: Attributes;
  /** In bytes, names included. */
  readonly size: number;
  /** Identifies the row in its table. */
  readonly id: string;
}

/** `item` must have the table's key attributes. */
export function makeRow(schema: KeySchema, item: Attributes): Row {
  return { item, size: sizeOf(item), id: rowId(schema, item) };
}

/** Identifies the item with this key in its table. */
export function rowId(schema: KeySchema, attributes: Attributes): string {
  const position = positionOf(schema, attributes);
  if (position === undefined) throw new TypeError('Cannot identify a row: its key is incomplete');
  return JSON.stringify([position.partition, position.sort]);
}

interface Entry {
  readonly sort: readonly string[];
  row: Row;
}

interface Partition {
  readonly partition: string;
  readonly hash: number;
  readonly entries: Entry[];
}

/** The part of an index to read, and the order. */
interface Walk {
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
    from = lowerBound(entries, ({ sort }) => isBelow(sort, bounds));
    to = lowerBound(entries, ({ sort }) => !isAbove(sort, bounds));
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
