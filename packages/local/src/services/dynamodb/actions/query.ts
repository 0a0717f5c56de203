import type { Action } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import { attributesOf } from '../expressions/attributes-of.ts';
import type { Condition } from '../expressions/condition.ts';
import { checkPlaceholdersWanted, readExpressions } from '../expressions/expressions.ts';
import { toKeyTests } from '../expressions/key-condition.ts';
import { checkInput } from '../input/check-input.ts';
import { checkMixed } from '../legacy/check-mixed.ts';
import { LEGACY_QUERY } from '../legacy/legacy-input.ts';
import { readAttributesToGet } from '../legacy/read-attributes-to-get.ts';
import { readFilter } from '../legacy/read-filter.ts';
import { readKeyConditions } from '../legacy/read-key-conditions.ts';
import { checkSelect } from '../reads/check-select.ts';
import type { KeyRange } from '../reads/key-range.ts';
import { keyRange } from '../reads/key-range.ts';
import { PAGE } from '../reads/page-input.ts';
import { readPage } from '../reads/read-page.ts';
import type { Source } from '../reads/source.ts';
import { checkProjected, openSource } from '../reads/source.ts';
import { readStartKey, startPosition } from '../reads/start-key.ts';
import { touchSource } from '../reads/touch-source.ts';
import { isAbove, isBelow } from '../tables/bounds.ts';
import { openTable } from '../tables/find-table.ts';
import { keyAttributes } from '../tables/key-schema.ts';
import type { Position } from '../tables/position.ts';
import type { Attributes } from '../values/attribute-value.ts';

const INPUT = {
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
  const [text = ''] = position.sort;
  if (bounds !== undefined && (isBelow(text, bounds) || isAbove(text, bounds))) {
    throw validationError('The provided starting key does not match the range key predicate');
  }
  return position;
}

export const query: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
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
