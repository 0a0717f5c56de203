import type { Item } from '@twelvefold/aws/internal';
import { digest } from '../../dynamodb/digest.ts';
import type { Placeholders } from './expressions.ts';
import { testOf } from './expressions.ts';
import { order, stored } from './values.ts';

/** The keys of a table, and of its indexes by name. */
export interface TableLayout {
  readonly partitionKey: string;
  readonly sortKey?: string | undefined;
  readonly indexes?: Readonly<Record<string, IndexLayout>>;
  readonly ttlField?: string | undefined;
}

interface IndexLayout {
  readonly partition?: string;
  readonly sort?: string;
  readonly projection?: 'all' | 'keys' | readonly string[];
}

/** A query or a scan, as the port takes it. */
export interface ReadInput extends Placeholders {
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

interface PageOutput {
  readonly Items: Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

/** The rows of one table. Rows that come out are copies. */
export interface MemoryTable {
  get(key: Item): Item | undefined;
  put(item: Item): void;
  delete(key: Item): void;
  /** Names a row, by its key or the whole of it. */
  idOf(item: Item): string;
  /** @throws TypeError with `starting key` in its message for one that the query cannot reach. */
  read(input: ReadInput): PageOutput;
}

/** Makes an empty table. */
export function createMemoryTable({ partitionKey, sortKey, indexes = {}, ttlField }: TableLayout): MemoryTable {
  const rows = new Map<string, Item>();
  const tableKeys = [partitionKey, sortKey].filter((name) => name !== undefined);
  const idOf = (item: Item) => JSON.stringify(tableKeys.map((name) => item[name]));

  /** The rows of an index, or of the table, with the fields that it has. */
  const viewOf = (index: string | undefined) => {
    const layout = index === undefined ? { partition: partitionKey, sort: sortKey } : indexes[index];
    if (layout === undefined) throw new TypeError(`Cannot query in memory: there is no index '${index}'`);
    const { partition = partitionKey, sort } = layout;
    const keys = [...new Set([partition, sort, ...tableKeys])].filter((name) => name !== undefined);
    const projection = 'projection' in layout ? layout.projection : undefined;
    const named = Array.isArray(projection) ? [...projection, ttlField] : [ttlField];
    const fields =
      projection === undefined || projection === 'all' ? undefined : new Set([...keys, ...named].map(String));
    const found = [...rows.values()]
      .filter((row) => typeof row[partition] === 'string' && (sort === undefined || typeof row[sort] === 'string'))
      .map((row) => (fields === undefined ? row : picked(row, fields)));
    return { keys, sorting: [sort, ...tableKeys].filter((name) => name !== undefined), found };
  };

  return {
    idOf,
    get: (key) => stored(rows.get(idOf(key))) as Item | undefined, // a copy of what put took
    put: (item) => void rows.set(idOf(item), stored(item) as Item),
    delete: (key) => void rows.delete(idOf(key)),
    read(input) {
      const { ScanIndexForward = true, ExclusiveStartKey: start, Limit = Number.POSITIVE_INFINITY } = input;
      const { Segment = 0, TotalSegments = 1 } = input;
      const { keys, sorting, found } = viewOf(input.IndexName);
      const direction = ScanIndexForward ? 1 : -1;
      const compare = (one: Item, other: Item) => direction * compareBy(sorting, one, other);
      const isWanted = testOf(input.KeyConditionExpression, input);
      if (start !== undefined && !isWanted(start)) {
        throw new TypeError('The provided starting key is outside query boundaries based on provided conditions');
      }
      const ahead = found
        .filter((row) => segmentOf(String(row[partitionKey]), TotalSegments) === Segment && isWanted(row))
        .filter((row) => start === undefined || compare(row, start) > 0)
        .sort(compare);
      const scanned = ahead.slice(0, Limit);
      const last = scanned.length === Limit ? scanned.at(-1) : undefined;
      const Items = scanned.filter(testOf(input.FilterExpression, input)).map((row) => projected(row, input));
      return {
        Items,
        Count: Items.length,
        ScannedCount: scanned.length,
        ...(last === undefined ? {} : { LastEvaluatedKey: picked(last, new Set(keys)) }),
      };
    },
  };
}

/** A copy of a row with the fields that a read asks for. */
export function projected(
  row: Item,
  { ProjectionExpression, ExpressionAttributeNames = {} }: Placeholders & { readonly ProjectionExpression?: string },
): Item {
  const copy = stored(row) as Item; // an item is an object
  if (ProjectionExpression === undefined) return copy;
  const names = ProjectionExpression.split(/\s*,\s*/).map((name) => ExpressionAttributeNames[name] ?? name);
  return picked(copy, new Set(names));
}

function picked(row: Item, fields: ReadonlySet<string>): Item {
  return Object.fromEntries(Object.entries(row).filter(([name]) => fields.has(name)));
}

function compareBy(fields: readonly string[], one: Item, other: Item): number {
  for (const field of fields) {
    const compared = order(one[field], other[field]) ?? 0; // keys are texts
    if (compared !== 0) return compared;
  }
  return 0;
}

const segmentOf = (partition: string, segments: number) => Buffer.from(digest(partition)).readUInt32BE(0) % segments;
