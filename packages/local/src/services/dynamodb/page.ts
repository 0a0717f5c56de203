import type { CallContext } from '../../core/service.ts';
import { consumedCapacity, readUnits } from './capacity.ts';
import { rewording, validationError } from './errors.ts';
import type { Condition } from './expressions/condition.ts';
import { evaluateCondition } from './expressions/condition.ts';
import { attributesOf } from './expressions/expressions.ts';
import type { KeyTest } from './expressions/key-condition.ts';
import type { Path } from './expressions/path.ts';
import { project } from './expressions/path.ts';
import type { CheckedMembers, Members } from './input/shape.ts';
import { ATTRIBUTES, CONSUMED_CAPACITY, NAME, PLACEHOLDERS, TABLE_NAME } from './input/shape.ts';
import type { Bounds, ItemIndex, Position, Row } from './item-store.ts';
import { boundsOf, partitionOfTexts, positionOf } from './item-store.ts';
import { checkKeyValue } from './key.ts';
import type { KeyAttribute, KeySchema } from './key-schema.ts';
import { keyAttributes } from './key-schema.ts';
import type { LEGACY_PAGE } from './legacy/legacy-input.ts';
import type { SecondaryIndex, Table } from './table.ts';
import { tableArn } from './table-store.ts';
import { sortable } from './values/sort-key.ts';
import type { Attributes } from './values/value.ts';
import { emptyAttributes, normaliseAttributes, sizeOf } from './values/value.ts';

/** The members that Query and Scan have in common. */
export const PAGE = {
  TableName: { ...TABLE_NAME, required: true },
  IndexName: NAME,
  Select: {
    type: 'string',
    values: ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
  },
  Limit: { type: 'Integer', min: 1 },
  ConsistentRead: { type: 'boolean' },
  ExclusiveStartKey: ATTRIBUTES,
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ProjectionExpression: { type: 'string' },
  FilterExpression: { type: 'string' },
  ...PLACEHOLDERS,
} as const satisfies Members;

type PageInput = CheckedMembers<typeof PAGE> & CheckedMembers<typeof LEGACY_PAGE>;

/** A table, or an index of it, to read pages of. */
export interface Source {
  readonly table: Table;
  readonly index: SecondaryIndex | undefined;
  readonly rows: ItemIndex;
  /** The key that orders the source. */
  readonly key: KeySchema;
  /** The names that a start key has: the source's keys and the table's. */
  readonly keyNames: readonly string[];
}

/** @throws ServiceError for an index that is not there, or a consistent read of a global one. */
export function openSource(table: Table, { IndexName, ConsistentRead }: PageInput): Source {
  const tableKeys = keyAttributes(table.key).map(({ name }) => name);
  if (IndexName === undefined) {
    return { table, index: undefined, rows: table.rows, key: table.key, keyNames: tableKeys };
  }
  const index = table.indexes.get(IndexName);
  if (index === undefined) throw validationError(`The table does not have the specified index: ${IndexName}`);
  if (index.kind === 'global' && ConsistentRead) {
    throw validationError('Consistent reads are not supported on global secondary indexes');
  }
  const indexKeys = keyAttributes(index.key).map(({ name }) => name);
  return { table, index, rows: index.rows, key: index.key, keyNames: [...new Set([...tableKeys, ...indexKeys])] };
}

/** Only these attributes of an item. */
function pick(item: Attributes, names: readonly string[]): Attributes {
  const picked = emptyAttributes();
  for (const name of names) {
    const value = item[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** The names that the source holds of each item; undefined for all. */
export function projectedNames({ index, keyNames }: Source): readonly string[] | undefined {
  if (index === undefined || index.projection.type === 'ALL') return undefined;
  return [...keyNames, ...index.projection.nonKeyAttributes];
}

/**
 * Checks that a global index holds what is asked for; a local one fetches the rest from the table.
 *
 * @throws ServiceError
 */
export function checkProjected(source: Source, select: string | undefined, paths: readonly Path[] | undefined): void {
  const names = projectedNames(source);
  if (source.index?.kind !== 'global' || names === undefined) return;
  const { name } = source.index;
  if (select === 'ALL_ATTRIBUTES') {
    throw validationError(
      'One or more parameter values were invalid: ' +
        `Select type ALL_ATTRIBUTES is not supported for global secondary index ${name} ` +
        'because its projection type is not ALL',
    );
  }
  const absent = (paths ?? []).map(([attribute]) => attribute).filter((attribute) => !names.includes(attribute));
  if (absent.length > 0) {
    throw validationError(
      'One or more parameter values were invalid: ' +
        `Global secondary index ${name} does not project [${[...new Set(absent)].join(', ')}]`,
    );
  }
}

/** Reads of an index are authorized on the index's own ARN. */
export function touchSource(context: CallContext, { TableName, IndexName }: PageInput): void {
  const arn = tableArn(context, TableName);
  context.touches(IndexName === undefined ? arn : `${arn}/index/${IndexName}`);
}

const INVALID = 'The provided starting key is invalid';

/** The values of `ExclusiveStartKey`. @throws ServiceError for a bad one. */
export function readStartKey({ ExclusiveStartKey }: PageInput): Attributes | undefined {
  if (ExclusiveStartKey === undefined) return undefined;
  return rewording(
    (message) => `${INVALID}: ${message}`,
    () => normaliseAttributes(ExclusiveStartKey),
  );
}

/**
 * Where in the source a start key points.
 *
 * @throws ServiceError unless it has exactly the source's keys.
 */
export function startPosition({ table, index, key, keyNames }: Source, startKey: Attributes): Position {
  const given = Object.keys(startKey);
  if (given.length !== keyNames.length || given.some((name) => !keyNames.includes(name))) {
    throw validationError(INVALID);
  }
  const hasType = ({ name, type }: KeyAttribute) => {
    const value = startKey[name];
    return value !== undefined && type in value;
  };
  const position = positionOf(key, startKey, index === undefined ? undefined : table.key);
  if (position === undefined || ![...keyAttributes(key), ...keyAttributes(table.key)].every(hasType)) {
    throw validationError(`${INVALID}: The provided key element does not match the schema`);
  }
  return position;
}

/** One partition, or a stretch of it. */
export interface KeyRange {
  readonly partition: string;
  readonly bounds: Bounds | undefined;
}

function checkTypes(attribute: KeyAttribute, { values }: KeyTest): void {
  if (values.some((value) => !(attribute.type in value))) {
    throw validationError(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    );
  }
  for (const value of values) checkKeyValue(attribute, value);
}

/**
 * Refuses a range attribute without an equality before one that has a condition. The text was
 * recorded on AWS by the public dynamodb-conformance suite (multiAttributeGsiKey).
 */
function checkNoGap({ ranges }: KeySchema, tests: readonly KeyTest[]): void {
  const testOf = ({ name }: KeyAttribute) => tests.find(({ attribute }) => attribute === name);
  const last = ranges.findLastIndex((attribute) => testOf(attribute) !== undefined);
  const open = ranges.slice(0, Math.max(last, 0)).filter((attribute) => testOf(attribute)?.operator !== '=');
  if (open.length === 0) return;
  throw validationError(
    `RANGE key attributes ${open.map(({ name }) => name).join(', ')} must have equality conditions specified ` +
      `in the query because a condition is present on key attribute ${ranges[last]?.name}`,
  );
}

/**
 * The rows that the tests of a key condition select.
 *
 * @throws ServiceError unless they fit the key: equalities for all hash attributes and for all
 *   range attributes before the last one that is tested.
 */
export function keyRange(schema: KeySchema, tests: readonly KeyTest[]): KeyRange {
  const { hashes, ranges } = schema;
  const keys = keyAttributes(schema);
  // AWS counts the conditions before it looks at a key of two attributes.
  if (tests.length > Math.max(keys.length, 2)) throw validationError('Conditions can be of length 1 or 2 only');
  if (tests.length > keys.length) throw validationError('Query key condition not supported');
  const named = tests.filter(({ attribute }) => keys.some(({ name }) => name === attribute));
  if (named.length === tests.length) checkNoGap(schema, tests);
  const found = keys.slice(0, Math.max(tests.length, hashes.length)).map((attribute) => {
    const test = tests.find((candidate) => candidate.attribute === attribute.name);
    if (test === undefined) {
      throw validationError(`Query condition missed key schema element: ${attribute.name}`);
    }
    checkTypes(attribute, test);
    return test;
  });
  const texts = found
    .slice(0, hashes.length)
    .map(({ operator, values }) => (operator === '=' ? sortable(values[0]) : undefined));
  const known = texts.filter((text) => text !== undefined);
  if (known.length < hashes.length) throw validationError('Query key condition not supported');
  const [first, ...more] = found.slice(hashes.length, hashes.length + ranges.length);
  return {
    partition: partitionOfTexts(known),
    bounds: first === undefined ? undefined : boundsOf([first, ...more]),
  };
}

/** @throws ServiceError when `Select` does not go with the other parameters. */
export function checkSelect({ Select, ProjectionExpression, AttributesToGet, IndexName }: PageInput): void {
  const chosenBy = ProjectionExpression === undefined ? AttributesToGet && 'AttributesToGet' : 'ProjectionExpression';
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined) {
    throw validationError('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (Select === 'SPECIFIC_ATTRIBUTES' && chosenBy === undefined) {
    throw validationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (chosenBy === undefined || Select === undefined || Select === 'SPECIFIC_ATTRIBUTES') return;
  const chosen = Select === 'COUNT' ? 'only the Count' : Select;
  throw validationError(`Cannot specify the ${chosenBy} when choosing to get ${chosen}`);
}

/** Source: the API reference of Query: a page ends at 1 MB of items, counted before the filter. */
const MAX_PAGE_BYTES = 1024 * 1024;

interface PageRequest {
  readonly source: Source;
  /** In the order to read, beginning behind the start key. */
  readonly rows: Iterable<Row>;
  readonly filter: Condition | undefined;
  readonly paths: readonly Path[] | undefined;
  /** Makes an answer's item of one that was read. @defaultValue projects `paths` */
  readonly shape?: ((item: Attributes) => Attributes) | undefined;
  /** Whether the filter sees only what the index holds. @defaultValue for a global index only */
  readonly filtersIndex?: boolean;
}

type ReadInput = Pick<PageInput, 'ConsistentRead' | 'Limit' | 'ReturnConsumedCapacity' | 'Select'>;

/** Whether a local index does not hold all that is asked for. */
function fetchesFromTable(
  source: Source,
  { Select }: ReadInput,
  { filter, paths }: Pick<PageRequest, 'filter' | 'paths'>,
) {
  const names = projectedNames(source);
  if (source.index?.kind !== 'local' || names === undefined) return false;
  const wanted = [...(paths ?? []).map(([name]) => name), ...(filter === undefined ? [] : attributesOf(filter))];
  return Select === 'ALL_ATTRIBUTES' || wanted.some((name) => !names.includes(name));
}

/**
 * One page of a query or scan: at most `Limit` items and 1 MB before the filter, then filtered and
 * projected.
 */
export function readPage(input: ReadInput, { source, rows, filter, paths, shape, filtersIndex }: PageRequest) {
  const names = projectedNames(source);
  const projected = ({ item }: Row) => (names === undefined ? item : pick(item, names));
  // A local index fetches from the table what it does not hold; a global one only knows what it
  // holds.
  const readable = (row: Row) => (source.index?.kind === 'global' ? projected(row) : row.item);
  const shown = (row: Row): Attributes => {
    if (shape !== undefined) return shape(readable(row));
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
  const fetches = fetchesFromTable(source, input, { filter: filtersIndex ? undefined : filter, paths });
  let fetched = 0;
  for (const row of rows) {
    const size = names === undefined ? row.size : sizeOf(projected(row));
    scanned += 1;
    bytes += size;
    last = row;
    if (fetches) fetched += readUnits(row.size, input.ConsistentRead);
    if (filter === undefined || evaluateCondition(filter, filtersIndex ? projected(row) : readable(row))) {
      matches += 1;
      if (input.Select !== 'COUNT') items.push(shown(row));
    }
    // Whether anything follows is not looked at: a limit that is reached always has a last key. The
    // item that goes over 1 MB is still in the page (answers of AWS recorded by the dynalite
    // project).
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
