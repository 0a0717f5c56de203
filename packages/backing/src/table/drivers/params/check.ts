import type { ConditionCheckInput } from '@twelvefold/aws/internal';
import { createExpression } from '../../../dynamodb/expression.ts';
import type { Condition } from '../../port.ts';
import type { Target } from '../target.ts';
import { conditionText } from './condition.ts';
import { keyItem } from './key.ts';

/**
 * The ConditionCheck of a transaction.
 *
 * @throws TypeError for an empty condition, which would check nothing.
 */
export function checkParams<R>(target: Target<R>, key: unknown, condition: Condition<R>): ConditionCheckInput {
  const expression = createExpression();
  const text = conditionText(target, condition, expression);
  if (text === undefined) {
    throw new TypeError(`Cannot check a row of table '${target.definition.name}': the condition is empty`);
  }
  return {
    TableName: target.tableName,
    Key: keyItem(target.definition, key),
    ConditionExpression: text,
    ...expression.attributes(),
  };
}
