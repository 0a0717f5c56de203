import type { Item, UpdateInput } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import type { Expression } from '../../../dynamodb/expression.ts';
import { createExpression } from '../../../dynamodb/expression.ts';
import { fit } from '../../../dynamodb/fit.ts';
import { misfitList } from '../../../dynamodb/misfit-list.ts';
import type { Changes, Condition } from '../../port.ts';
import type { Target } from '../target.ts';
import { conditionText } from './condition.ts';
import { keyItem } from './key.ts';
import type { ChangePlan } from './plan-changes.ts';
import { planChanges } from './plan-changes.ts';

/** What changes a row: an UpdateItem's input, or the Update of a transaction. */
export function updateParams<R>(
  target: Target<R>,
  key: unknown,
  changes: Changes<R>,
  condition: Condition<R> = {},
): Omit<UpdateInput, 'ReturnValues'> & { UpdateExpression: string } {
  const Key = keyItem(target.definition, key);
  const plan = planChanges(target, changes);
  const expression = createExpression();
  const mayCreate = makesWholeRow(target, Key, plan, condition.exists === false);
  // DynamoDB's update creates a missing item from the changes alone, which would leave a row that no schema accepts.
  const text = conditionText(target, mayCreate ? condition : { ...condition, exists: true }, expression);
  return {
    TableName: target.tableName,
    Key,
    UpdateExpression: updateText(plan, expression),
    ...(text === undefined ? {} : { ConditionExpression: text }),
    ...expression.attributes(),
  };
}

/** Whether key and changes alone fit the schema. Throws when a field in `set` cannot fit, or a row has to come of it and cannot. */
function makesWholeRow<R>({ definition }: Target<R>, key: Item, plan: ChangePlan, mustCreate: boolean): boolean {
  const subject = `a row of table '${definition.name}'`;
  const checked = fit(definition.schema, { ...key, ...plan.set, ...plan.add }, subject);
  if (checked.fits) return true;
  const atFault = checked.misfits.filter(({ field }) => mustCreate || (field !== undefined && field in plan.set));
  if (atFault.length > 0) {
    throw new TwelvefoldError(
      'ROW_INVALID',
      `Cannot update ${subject}: ${misfitList(atFault)} does not fit the schema; nothing was written`,
    );
  }
  return false;
}

function updateText({ set, add, remove }: ChangePlan, expression: Expression): string {
  const clause = (keyword: string, parts: string[]) => (parts.length > 0 ? [`${keyword} ${parts.join(', ')}`] : []);
  const { name, value } = expression;
  return [
    ...clause(
      'SET',
      Object.entries(set).map(([field, to]) => `${name(field)} = ${value(to)}`),
    ),
    ...clause(
      'ADD',
      Object.entries(add).map(([field, amount]) => `${name(field)} ${value(amount)}`),
    ),
    ...clause(
      'REMOVE',
      remove.map((field) => name(field)),
    ),
  ].join(' ');
}
