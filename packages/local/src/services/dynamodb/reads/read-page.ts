import { consumedCapacity, readUnits } from '../capacity.ts';
import { attributesOf } from '../expressions/attributes-of.ts';
import type { Condition } from '../expressions/condition.ts';
import { evaluateCondition } from '../expressions/evaluate-condition.ts';
import type { Path } from '../expressions/path.ts';
import { project } from '../expressions/project.ts';
import type { Row } from '../tables/row.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { sizeOf } from '../values/size-of.ts';
import type { PageInput } from './page-input.ts';
import type { Source } from './source.ts';
import { pick, projectedNames } from './source.ts';

/** Source: the API reference of Query: a page ends at 1 MB of items, counted before the filter. */
const MAX_PAGE_BYTES = 1024 * 1024;

interface PageRequest {
  readonly source: Source;
  /** In the order to read, beginning behind the start key. */
  readonly rows: Iterable<Row>;
  readonly filter: Condition | undefined;
  readonly paths: readonly Path[] | undefined;
}

/** Whether a local index does not hold all that is asked for. */
function fetchesFromTable(
  source: Source,
  { Select }: PageInput,
  { filter, paths }: Pick<PageRequest, 'filter' | 'paths'>,
) {
  const names = projectedNames(source);
  if (source.index?.kind !== 'local' || names === undefined) return false;
  const wanted = [...(paths ?? []).map(([name]) => name), ...(filter === undefined ? [] : attributesOf(filter))];
  return Select === 'ALL_ATTRIBUTES' || wanted.some((name) => !names.includes(name));
}

/** One page of a query or scan: at most `Limit` items and 1 MB before the filter, then filtered and projected. */
export function readPage(input: PageInput, { source, rows, filter, paths }: PageRequest) {
  const names = projectedNames(source);
  const projected = ({ item }: Row) => (names === undefined ? item : pick(item, names));
  // A local index fetches from the table what it does not hold; a global one only knows what it holds.
  const readable = (row: Row) => (source.index?.kind === 'global' ? projected(row) : row.item);
  const shown = (row: Row): Attributes => {
    if (paths !== undefined) return project(readable(row), paths);
    return input.Select === 'ALL_ATTRIBUTES' ? row.item : projected(row);
  };
  const items: Attributes[] = [];
  let matches = 0;
  let scanned = 0;
  let bytes = 0;
  let last: Row | undefined;
  let hasMore = false;
  // Source: "Local secondary indexes": fetching costs a read of the whole item from the table.
  const fetches = fetchesFromTable(source, input, { filter, paths });
  let fetched = 0;
  for (const row of rows) {
    const size = names === undefined ? row.size : sizeOf(projected(row));
    scanned += 1;
    bytes += size;
    last = row;
    if (fetches) fetched += readUnits(row.size, input.ConsistentRead);
    if (filter === undefined || evaluateCondition(filter, readable(row))) {
      matches += 1;
      if (input.Select !== 'COUNT') items.push(shown(row));
    }
    // Whether anything follows is not looked at: a limit that is reached always has a last key. The item that goes over 1 MB is
    // still in the page (answers of AWS recorded by the dynalite project).
    if (scanned === input.Limit || bytes > MAX_PAGE_BYTES) {
      hasMore = true;
      break;
    }
  }
  const { table, index } = source;
  const units = readUnits(bytes, input.ConsistentRead);
  return {
    Items: input.Select === 'COUNT' ? undefined : items,
    Count: matches,
    ScannedCount: scanned,
    LastEvaluatedKey: hasMore && last !== undefined ? pick(last.item, source.keyNames) : undefined,
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, {
      table,
      units: index === undefined ? units : fetched,
      indexes: index === undefined ? [] : [{ kind: index.kind, name: index.name, units }],
    }),
  };
}
