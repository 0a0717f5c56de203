import type { Action } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import { attributesOf } from '../expressions/attributes-of.ts';
import type { Condition } from '../expressions/condition.ts';
import { checkPlaceholdersWanted, readExpressions } from '../expressions/expressions.ts';
import { toKeyTests } from '../expressions/key-condition.ts';
import { checkInput } from '../input/check-input.ts';
import { refuseLegacy } from '../input/refuse-legacy.ts';
import { checkSelect } from '../reads/check-select.ts';
import type { KeyRange } from '../reads/key-range.ts';
import { keyRange } from '../reads/key-range.ts';
import { LEGACY_PAGE, PAGE } from '../reads/page-input.ts';
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
  ...LEGACY_PAGE,
  KeyConditionExpression: { type: 'string' },
  ScanIndexForward: { type: 'boolean' },
} as const;

function checkFilter({ key }: Source, filter: Condition | undefined): void {
  const attributes = filter === undefined ? [] : attributesOf(filter);
  const odd = keyAttributes(key).find(({ name }) => attributes.includes(name));
  if (odd !== undefined) {
    throw validationError(
      `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${odd.name}`,
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
  refuseLegacy('Query', input, LEGACY_PAGE);
  checkSelect(input);
  checkPlaceholdersWanted(input, ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression']);
  const startKey = readStartKey(input);
  const expressions = readExpressions(input);
  const keyCondition = expressions.condition('KeyConditionExpression');
  const filter = expressions.condition('FilterExpression');
  const paths = expressions.projection();
  if (keyCondition === undefined) {
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  const tests = toKeyTests(keyCondition);
  expressions.checkAllUsed();
  const source = openSource(openTable(context, input.TableName), input);
  checkProjected(source, input.Select, paths);
  const range = keyRange(source.key, tests);
  checkFilter(source, filter);
  const rows = source.rows.walk({
    ...range,
    after: startKey === undefined ? undefined : startWithin(source, range, startKey),
    descending: input.ScanIndexForward === false,
  });
  return readPage(input, { source, rows, filter, paths });
};
