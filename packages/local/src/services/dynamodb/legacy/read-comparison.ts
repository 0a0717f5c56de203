import { validationError } from '../errors.ts';
import type { AttributeType, AttributeValue } from '../values/attribute-value.ts';
import { typeOf } from '../values/attribute-value.ts';
import type { RawValue } from '../values/normalise-value.ts';
import { normaliseValue } from '../values/normalise-value.ts';
import { sortable } from '../values/sortable.ts';
import type { ComparisonOperator } from './legacy-input.ts';

/** A comparison of one attribute with values whose number and types fit the operator. */
export interface Comparison {
  readonly attribute: string;
  readonly operator: ComparisonOperator;
  readonly values: readonly AttributeValue[];
}

const SCALARS: readonly AttributeType[] = ['S', 'N', 'B'];
const TYPES: Partial<Record<ComparisonOperator, readonly AttributeType[]>> = {
  LE: SCALARS,
  LT: SCALARS,
  GE: SCALARS,
  GT: SCALARS,
  IN: SCALARS,
  BETWEEN: SCALARS,
  BEGINS_WITH: ['S', 'B'],
  CONTAINS: [...SCALARS, 'BOOL', 'NULL'],
  NOT_CONTAINS: [...SCALARS, 'BOOL', 'NULL'],
};

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

function fits(operator: ComparisonOperator, count: number): boolean {
  if (operator === 'NULL' || operator === 'NOT_NULL') return count === 0;
  if (operator === 'BETWEEN') return count === 2;
  return operator === 'IN' ? count > 0 : count === 1;
}

/** @throws ServiceError for a bad value, or a number or types of values that the operator does not take. */
export function readComparison(attribute: string, operator: ComparisonOperator, raw: readonly RawValue[]): Comparison {
  const values = raw.map((value) => normaliseValue(value));
  if (!fits(operator, values.length)) {
    throw invalid(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  }
  const types = values.map(typeOf);
  const allowed = TYPES[operator];
  const odd = allowed === undefined ? undefined : types.find((type) => !allowed.includes(type));
  if (odd !== undefined) throw invalid(`ComparisonOperator ${operator} is not valid for ${odd} AttributeValue type`);
  if (new Set(types).size > 1) throw invalid('AttributeValues inside AttributeValueList must be of same type');
  if (operator === 'BETWEEN') {
    const [low = '', high = ''] = values.map(sortable);
    if (low > high) {
      throw validationError(
        'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
      );
    }
  }
  return { attribute, operator, values };
}
