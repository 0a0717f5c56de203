import { validationError } from '../errors.ts';
import type { Condition } from '../expressions/condition.ts';
import { checkConditionalOperator } from './check-conditional-operator.ts';
import type { ConditionalOperator, ExpectedInput } from './legacy-input.ts';
import type { Comparison } from './read-comparison.ts';
import { readComparison } from './read-comparison.ts';
import { toCondition } from './to-condition.ts';

type Expectation = ExpectedInput[string];

function readExpectation(name: string, expectation: Expectation): Comparison {
  const { Value, Exists, ComparisonOperator, AttributeValueList } = expectation;
  const invalid = (reason: string) =>
    validationError(`One or more parameter values were invalid: ${reason} for Attribute: ${name}`);
  if (ComparisonOperator !== undefined) {
    if (Exists !== undefined) throw invalid('Exists and ComparisonOperator cannot be used together');
    if (Value !== undefined && AttributeValueList !== undefined) {
      throw invalid('Value and AttributeValueList cannot be used together');
    }
    const values = AttributeValueList ?? (Value === undefined ? undefined : [Value]);
    if (values === undefined && ComparisonOperator !== 'NULL' && ComparisonOperator !== 'NOT_NULL') {
      throw invalid(`Value or AttributeValueList must be used with ComparisonOperator: ${ComparisonOperator}`);
    }
    return readComparison(name, ComparisonOperator, values ?? []);
  }
  if (AttributeValueList !== undefined) {
    throw invalid('AttributeValueList can only be used with a ComparisonOperator');
  }
  if (Exists === false) {
    if (Value !== undefined) throw invalid('Value cannot be used when Exists is false');
    return readComparison(name, 'NULL', []);
  }
  if (Value === undefined) throw invalid(`Value must be provided when Exists is ${Exists ?? 'null'}`);
  return readComparison(name, 'EQ', [Value]);
}

/** `Expected` as a condition. @throws ServiceError */
export function readExpected(
  expected: ExpectedInput | undefined,
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  const comparisons = Object.entries(expected ?? {}).map(([name, expectation]) => readExpectation(name, expectation));
  checkConditionalOperator(operator, expected);
  return toCondition(comparisons, operator);
}
