import { validationError } from '../errors.ts';
import type { KeyTest } from '../expressions/key-condition.ts';
import type { AttributeValue } from '../values/attribute-value.ts';
import type { LegacyConditions } from './legacy-input.ts';
import type { Comparison } from './read-comparison.ts';
import { readComparisons } from './read-filter.ts';

const OPERATORS: Partial<Record<Comparison['operator'], KeyTest['operator']>> = {
  EQ: '=',
  LE: '<=',
  LT: '<',
  GE: '>=',
  GT: '>',
  BETWEEN: 'BETWEEN',
  BEGINS_WITH: 'begins_with',
};

/** `KeyConditions` as key tests. @throws ServiceError for what no key can be tested for. */
export function readKeyConditions(conditions: LegacyConditions): readonly KeyTest[] {
  const comparisons = readComparisons(conditions);
  if (comparisons.length !== 1 && comparisons.length !== 2) {
    throw validationError('Conditions can be of length 1 or 2 only');
  }
  return comparisons.map(({ attribute, operator, values }) => {
    const wanted = OPERATORS[operator];
    if (wanted === undefined) {
      throw validationError('Attempted conditional constraint is not an indexable operation');
    }
    return { attribute, operator: wanted, values: values as readonly [AttributeValue, ...AttributeValue[]] }; // counted before
  });
}
