import type { Action } from '../../core/service.ts';
import { validationError } from './errors.ts';
import type { Condition } from './expressions/condition.ts';
import { attributesOf, checkPlaceholdersWanted, readExpressions } from './expressions/expressions.ts';
import { toKeyTests } from './expressions/key-condition.ts';
import { checkInput } from './input/check-input.ts';
import type { Position } from './item-store.ts';
import { isAbove, isBelow, segmentOf } from './item-store.ts';
import { keyAttributes } from './key-schema.ts';
import { readAttributesToGet, readFilter, readKeyConditions } from './legacy/legacy-conditions.ts';
import { checkMixed, LEGACY_QUERY, LEGACY_SCAN } from './legacy/legacy-input.ts';
import type { KeyRange, Source } from './page.ts';
import {
  checkProjected,
  checkSelect,
  keyRange,
  openSource,
  PAGE,
  readPage,
  readStartKey,
  startPosition,
  touchSource,
} from './page.ts';
import { openTable } from './table-store.ts';
import type { Attributes } from './values/value.ts';

const QUERY_INPUT = {
  ...PAGE,
  ...LEGACY_QUERY,
  KeyConditionExpression: { type: 'string' },
  ScanIndexForward: { type: 'boolean' },
} as const;

function checkFilter({ key }: Source, filter: Condition | undefined, parameter: string): void {
  const attributes = filter === undefined ? [] : attributesOf(filter);
  const odd = keyAttributes(key).find(({ name }) => attributes.includes(name));
  if (odd !== undefined) {
    throw validationError(
      `${parameter} can only contain non-primary key attributes: Primary key attribute: ${odd.name}`,
    );
  }
}

function startWithin(source: Source, { partition, bounds }: KeyRange, startKey: Attributes): Position {
  const position = startPosition(source, startKey);
  if (position.partition !== partition) {
    throw validationError('The provided starting key is outside query boundaries based on provided conditions');
  }
  if (bounds !== undefined && (isBelow(position.sort, bounds) || isAbove(position.sort, bounds))) {
    throw validationError('The provided starting key does not match the range key predicate');
  }
  return position;
}

export const query: Action = (raw, context) => {
  const input = checkInput(raw, QUERY_INPUT);
  touchSource(context, input);
  checkMixed(
    input,
    // KeyConditions go with a FilterExpression, QueryFilter with no KeyConditionExpression.
    [
      'AttributesToGet',
      'QueryFilter',
      'ConditionalOperator',
      ...(input.KeyConditionExpression === undefined ? [] : ['KeyConditions']),
    ],
    ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
  );
  checkSelect(input);
  checkPlaceholdersWanted(input, ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression']);
  const legacyFilter = readFilter(input.QueryFilter, input.ConditionalOperator);
  const attributes = readAttributesToGet(input.AttributesToGet);
  const startKey = readStartKey(input);
  const legacyTests = input.KeyConditions === undefined ? undefined : readKeyConditions(input.KeyConditions);
  const expressions = readExpressions(input);
  const keyCondition = expressions.condition('KeyConditionExpression');
  const filter = expressions.condition('FilterExpression') ?? legacyFilter;
  const paths = expressions.projection() ?? attributes;
  const tests = keyCondition === undefined ? legacyTests : toKeyTests(keyCondition);
  if (tests === undefined) {
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  expressions.checkAllUsed();
  const source = openSource(openTable(context, input.TableName), input);
  checkProjected(source, input.Select, paths);
  const range = keyRange(source.key, tests);
  checkFilter(source, filter, legacyFilter === undefined ? 'Filter Expression' : 'QueryFilter');
  const rows = source.rows.walk({
    ...range,
    after: startKey === undefined ? undefined : startWithin(source, range, startKey),
    descending: input.ScanIndexForward === false,
  });
  return readPage(input, { source, rows, filter, paths });
};

const SCAN_INPUT = {
  ...PAGE,
  ...LEGACY_SCAN,
  Segment: { type: 'Integer', min: 0, max: 999_999 },
  TotalSegments: { type: 'Integer', min: 1, max: 1_000_000 },
} as const;

/**
 * The segment to read.
 *
 * @throws ServiceError unless both parameters are given, or neither, and fit.
 */
function readSegment(number: number | undefined, of: number | undefined) {
  if (number === undefined && of === undefined) return undefined;
  if (of === undefined) {
    throw validationError(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (number === undefined) {
    throw validationError(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (number >= of) {
    throw validationError(
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        `Segment: ${number} is not less than TotalSegments: ${of}`,
    );
  }
  return { number, of };
}

export const scan: Action = (raw, context) => {
  const input = checkInput(raw, SCAN_INPUT);
  touchSource(context, input);
  checkMixed(
    input,
    ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
    ['ProjectionExpression', 'FilterExpression'],
  );
  checkSelect(input);
  checkPlaceholdersWanted(input, ['ProjectionExpression', 'FilterExpression']);
  const legacyFilter = readFilter(input.ScanFilter, input.ConditionalOperator);
  const attributes = readAttributesToGet(input.AttributesToGet);
  const startKey = readStartKey(input);
  const segment = readSegment(input.Segment, input.TotalSegments);
  const expressions = readExpressions(input);
  const filter = expressions.condition('FilterExpression') ?? legacyFilter;
  const paths = expressions.projection() ?? attributes;
  expressions.checkAllUsed();
  const source = openSource(openTable(context, input.TableName), input);
  checkProjected(source, input.Select, paths);
  const after = startKey === undefined ? undefined : startPosition(source, startKey);
  if (after !== undefined && segment !== undefined && segmentOf(after.hash, segment.of) !== segment.number) {
    throw validationError(
      'The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct ' +
        `Segment. TotalSegments: ${segment.of} Segment: ${segment.number}`,
    );
  }
  const rows = source.rows.walk({ after, ...(segment === undefined ? {} : { segment }) });
  return readPage(input, { source, rows, filter, paths });
};
