import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { Item } from '@twelvefold/aws/internal';
import { unknownOptions } from '@twelvefold/core/internal';
import type { Expression } from '../../dynamodb/expression.ts';
import { createExpression } from '../../dynamodb/expression.ts';
import type { SortRange } from '../condition.ts';
import type { Page, ReadOptions, Rows } from '../port.ts';
import { filterText } from './conditions.ts';
import type { CursorScope } from './cursor.ts';
import { cursorOf, invalidCursor, positionOf } from './cursor.ts';
import type { Selection, Target } from './row.ts';
import { hasExpired, keyFieldsOf, rowOf, selectionOf } from './row.ts';

/** The options of every query and scan, as callers pass them. */
export interface AnyReadOptions<R> extends ReadOptions<R> {
  readonly range?: SortRange | undefined;
  readonly descending?: boolean;
  readonly consistent?: boolean;
  readonly segment?: number;
  readonly segments?: number;
}

/** A page as DynamoDB answers it. */
interface Answer {
  readonly Items?: Item[];
  readonly ScannedCount?: number;
  readonly LastEvaluatedKey?: Item;
}

/** The position and the size of one call. */
interface Position {
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
}

const SHARED = ['filter', 'select', 'limit', 'pageSize', 'cursor', 'signal'];
/** DynamoDB: Scan's TotalSegments is at most 1,000,000. */
const MAX_SEGMENTS = 1_000_000;

/** The rows of one partition of a table, or of an index of it. */
export function queryRows<R>(
  aws: Aws,
  target: Target<R>,
  index: string | undefined,
  partition: string,
  options: AnyReadOptions<R> = {},
): Rows<R> {
  const { definition, tableName } = target;
  return rowsOf(target, options, () => {
    const { range, descending = false, consistent = false, select, filter, signal } = options;
    const { partition: field, sort } = keyFieldsOf(definition, index);
    const global = index !== undefined && definition.indexes[index]?.partition !== undefined;
    const faults = [
      ...optionFaults(options, [...SHARED, 'range', 'descending', 'consistent']),
      ...(typeof partition === 'string' && partition !== '' ? [] : [`'${field}' is not a text of 1 byte or more`]),
      ...(range === undefined ? [] : rangeFaults(range, sort)),
      ...(consistent && global ? [`'consistent' is not possible on '${index}', a global index`] : []),
    ];
    assertNoFaults(`query table '${definition.name}'`, faults);
    const selection = selectionOf(definition, index, select);
    const expression = createExpression();
    const keys = [`${expression.name(field)} = ${expression.value(partition)}`];
    if (range !== undefined && sort !== undefined) keys.push(rangeText(range, sort, expression));
    const input = {
      TableName: tableName,
      ...(index === undefined ? {} : { IndexName: index }),
      KeyConditionExpression: keys.join(' AND '),
      ...filtering(target, filter, selection, expression),
      ...(descending ? { ScanIndexForward: false } : {}),
      ...(consistent ? { ConsistentRead: true } : {}),
      ...expression.attributes(),
    };
    return {
      scope: { definition, index, partition, segment: undefined },
      selection,
      read: (position) => aws.call(dynamodb, 'Query', { ...input, ...position }, { access: 'read', signal }),
    };
  });
}

/** Every row of a table, or of one segment of it. */
export function scanRows<R>(aws: Aws, target: Target<R>, options: AnyReadOptions<R> = {}): Rows<R> {
  const { definition, tableName } = target;
  return rowsOf(target, options, () => {
    const { segment, segments, consistent = false, select, filter, signal } = options;
    const faults = [
      ...optionFaults(options, [...SHARED, 'consistent', 'segment', 'segments']),
      ...segmentFaults(segment, segments),
    ];
    assertNoFaults(`scan table '${definition.name}'`, faults);
    const selection = selectionOf(definition, undefined, select);
    const expression = createExpression();
    const input = {
      TableName: tableName,
      ...(segment === undefined || segments === undefined ? {} : { Segment: segment, TotalSegments: segments }),
      ...filtering(target, filter, selection, expression),
      ...(consistent ? { ConsistentRead: true } : {}),
      ...expression.attributes(),
    };
    const part = segment === undefined ? undefined : `${segment}/${segments}`;
    return {
      scope: { definition, index: undefined, partition: undefined, segment: part },
      selection,
      read: (position) => aws.call(dynamodb, 'Scan', { ...input, ...position }, { access: 'read', signal }),
    };
  });
}

/** The projection of a selection, for GetItem, BatchGetItem, Query and Scan. */
export function projection({ read }: Selection, expression: Expression): { ProjectionExpression?: string } {
  return read === undefined ? {} : { ProjectionExpression: read.map(expression.name).join(', ') };
}

function filtering<R>(
  target: Target<R>,
  filter: ReadOptions<R>['filter'],
  selection: Selection,
  expression: Expression,
): { FilterExpression?: string; ProjectionExpression?: string } {
  const text = filterText(target, filter, expression);
  return { ...(text === undefined ? {} : { FilterExpression: text }), ...projection(selection, expression) };
}

/** One read that has been checked: how it is sent, and what its items become. */
interface Reading {
  readonly scope: CursorScope;
  readonly selection: Selection;
  read(position: Position): Promise<Answer>;
}

function rowsOf<R>(target: Target<R>, options: AnyReadOptions<R>, prepare: () => Reading): Rows<R> {
  /**
   * One page per answer. A page may be empty: only a missing `LastEvaluatedKey` ends the reading.
   */
  async function* pages(): AsyncGenerator<Page<R>, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, pageSize, filter, cursor } = options;
    const reading = prepare();
    const { scope, selection } = reading;
    // Limit counts items before filters: with one, a small limit would take many calls.
    const all = filter === undefined && target.definition.ttlField === undefined;
    let startKey = cursor === undefined ? undefined : positionOf(scope, cursor);
    let left = limit;
    do {
      const size = Math.min(pageSize ?? Number.POSITIVE_INFINITY, all ? left : Number.POSITIVE_INFINITY);
      const answer = await readAt(reading, startKey, size, cursor);
      const items = answer.Items ?? [];
      const rows: R[] = [];
      let used = 0;
      while (used < items.length && rows.length < left) {
        const item = items[used++] as Item; // taken < length
        if (!hasExpired(target, item)) rows.push(rowOf(target, item, selection));
      }
      left -= rows.length;
      startKey = answer.LastEvaluatedKey;
      const last = items[used - 1];
      const next = used < items.length && last !== undefined ? last : startKey;
      yield {
        rows,
        cursor: next === undefined ? undefined : cursorOf(scope, next),
        scanned: answer.ScannedCount ?? items.length,
      };
    } while (startKey !== undefined && left > 0);
  }
  return {
    async *[Symbol.asyncIterator]() {
      for await (const { rows } of pages()) yield* rows;
    },
    pages,
    async page() {
      const { limit } = options;
      const rows: R[] = [];
      let scanned = 0;
      let cursor: string | undefined;
      for await (const page of pages()) {
        rows.push(...page.rows);
        scanned += page.scanned;
        cursor = page.cursor;
        if (limit === undefined) break;
      }
      return { rows, cursor, scanned };
    },
  };
}

async function readAt(
  { read, scope }: Reading,
  startKey: Item | undefined,
  size: number,
  cursor: string | undefined,
): Promise<Answer> {
  try {
    return await read({
      ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      ...(Number.isFinite(size) ? { Limit: size } : {}),
    });
  } catch (error) {
    // A cursor from outside the query's range: "The provided starting key is outside query
    // boundaries".
    const refused = cursor !== undefined && AwsError.isInstance(error, 'ValidationException');
    throw refused && /start(ing)? ?key/i.test(error.message) ? invalidCursor(scope, error) : error;
  }
}

function assertNoFaults(action: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new TypeError(`Cannot ${action}: ${faults.join('; ')}`);
}

function optionFaults<R>(options: AnyReadOptions<R>, known: readonly string[]): string[] {
  const { limit, pageSize } = options;
  const counts = Object.entries({ limit, pageSize }).filter(
    ([, count]) => count !== undefined && !(Number.isInteger(count) && count >= 1),
  );
  return [
    ...unknownOptions(options, known).map((name) => `unknown option '${name}'`),
    ...counts.map(([name, count]) => `${name} is ${count}; it counts rows from 1`),
  ];
}

function segmentFaults(segment: number | undefined, segments: number | undefined): string[] {
  if (segment === undefined && segments === undefined) return [];
  const whole = Number.isInteger(segment) && Number.isInteger(segments);
  if (whole && Number(segments) >= 1 && Number(segments) <= MAX_SEGMENTS && Number(segment) >= 0) {
    if (Number(segment) < Number(segments)) return [];
  }
  return [`segment is ${segment} of ${segments} segments; use 0 to segments - 1, of 1 to ${MAX_SEGMENTS} segments`];
}

const OPERATORS = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

function rangeFaults(range: SortRange, sort: string | undefined): string[] {
  if (sort === undefined) return ["'range' needs a sort key, and there is none"];
  const [first, ...more] = Object.entries(range ?? {});
  const known = [...Object.keys(OPERATORS), 'between', 'beginsWith'];
  if (first === undefined || more.length > 0 || !known.includes(first[0])) {
    return [`'range' is not one comparison; use one of ${known.join(', ')}`];
  }
  const [name, given] = first;
  const operands: unknown[] = name === 'between' && Array.isArray(given) ? given : [given];
  const count = name === 'between' ? 2 : 1;
  return operands.length === count && operands.every((one) => typeof one === 'string' && one !== '')
    ? []
    : [`'range.${name}' takes ${count === 2 ? 'two texts' : 'a text'} of 1 byte or more`];
}

function rangeText(range: SortRange, sort: string, { name, value }: Expression): string {
  const field = name(sort);
  if ('between' in range) return `${field} BETWEEN ${value(range.between[0])} AND ${value(range.between[1])}`;
  if ('beginsWith' in range) return `begins_with(${field}, ${value(range.beginsWith)})`;
  const [[operator, operand] = ['eq', '']] = Object.entries(range);
  return `${field} ${OPERATORS[operator as keyof typeof OPERATORS]} ${value(operand)}`; // checked by rangeFaults
}
