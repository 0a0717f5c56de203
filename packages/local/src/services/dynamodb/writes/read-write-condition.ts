import type { Condition } from '../expressions/condition.ts';
import type { ExpressionReader } from '../expressions/expressions.ts';
import { checkMixed } from '../legacy/check-mixed.ts';
import { readExpected } from '../legacy/read-expected.ts';
import type { UpdateInput } from './write-input.ts';

type ConditionInput = Pick<UpdateInput, 'Expected' | 'ConditionalOperator' | 'AttributeUpdates'>;

/** @throws ServiceError for a write that has parameters of both times. */
export function checkWriteMixed(input: ConditionInput): void {
  checkMixed(
    { ...input },
    ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
    ['UpdateExpression', 'ConditionExpression'],
  );
}

/** The condition of a write, from whichever parameter has it. @throws ServiceError */
export function readWriteCondition(input: ConditionInput, expressions: ExpressionReader): Condition | undefined {
  const expected = readExpected(input.Expected, input.ConditionalOperator);
  return expressions.condition('ConditionExpression') ?? expected;
}
