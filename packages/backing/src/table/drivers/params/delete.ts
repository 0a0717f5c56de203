import type { DeleteInput } from '@twelvefold/aws/internal';
import { createExpression } from '../../../dynamodb/expression.ts';
import type { Condition } from '../../port.ts';
import type { Target } from '../target.ts';
import { conditionText } from './condition.ts';
import { keyItem } from './key.ts';

/** What deletes a row: a DeleteItem's input, or the Delete of a transaction. */
export function deleteParams<R>(
  target: Target<R>,
  key: unknown,
  condition?: Condition<R>,
): Omit<DeleteInput, 'ReturnValues'> {
  const expression = createExpression();
  const text = conditionText(target, condition, expression);
  return {
    TableName: target.tableName,
    Key: keyItem(target.definition, key),
    ...(text === undefined ? {} : { ConditionExpression: text }),
    ...expression.attributes(),
  };
}
