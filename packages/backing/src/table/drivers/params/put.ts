import type { Item, PutInput } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import { createExpression } from '../../../dynamodb/expression.ts';
import { fit } from '../../../dynamodb/fit.ts';
import { misfitList } from '../../../dynamodb/misfit-list.ts';
import type { Condition } from '../../port.ts';
import type { Target } from '../target.ts';
import { conditionText } from './condition.ts';
import { keyItem } from './key.ts';
import { storableField } from './storable-field.ts';

/** What writes a whole row: a PutItem's input, or the Put of a transaction. */
export function putParams<R>(target: Target<R>, row: R, condition?: Condition<R>): Omit<PutInput, 'ReturnValues'> {
  const { definition, tableName } = target;
  const subject = `a row of table '${definition.name}'`;
  const checked = fit(definition.schema, row, subject);
  if (!checked.fits) {
    throw new TwelvefoldError(
      'ROW_INVALID',
      `Cannot write ${subject}: ${misfitList(checked.misfits)} does not fit the schema`,
    );
  }
  const item = storableField(checked.value, '', subject) as Item; // the schema's output, a row, is an object
  const { partitionKey, sortKey } = definition;
  keyItem(
    definition,
    sortKey === undefined ? item[partitionKey] : { [partitionKey]: item[partitionKey], [sortKey]: item[sortKey] },
  );
  const expression = createExpression();
  const text = conditionText(target, condition, expression);
  return {
    TableName: tableName,
    Item: item,
    ...(text === undefined ? {} : { ConditionExpression: text }),
    ...expression.attributes(),
  };
}
