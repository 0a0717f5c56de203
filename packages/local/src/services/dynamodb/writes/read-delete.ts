import { checkPlaceholdersWanted, readExpressions } from '../expressions/expressions.ts';
import { checkKey } from '../tables/check-key.ts';
import { normaliseAttributes } from '../values/normalise-value.ts';
import { checkWriteMixed, readWriteCondition } from './read-write-condition.ts';
import type { Write } from './write.ts';
import type { DeleteInput } from './write-input.ts';

function readKeyed(input: DeleteInput): Omit<Write, 'after'> {
  checkWriteMixed(input);
  checkPlaceholdersWanted(input, ['ConditionExpression']);
  const key = normaliseAttributes(input.Key);
  const expressions = readExpressions(input);
  const condition = readWriteCondition(input, expressions);
  expressions.checkAllUsed();
  return {
    tableName: input.TableName,
    target: key,
    condition,
    returnsItemOnFailure: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
    changedPaths: [],
    check: (table) => checkKey(table, key),
  };
}

/** @throws ServiceError for a bad value or expression. */
export function readDelete(input: DeleteInput): Write {
  return { ...readKeyed(input), after: () => undefined };
}

/** A transaction's check: a condition on an item that stays as it is. @throws ServiceError for a bad value or expression. */
export function readConditionCheck(input: DeleteInput): Write {
  return { ...readKeyed(input), after: (_table, before) => before };
}
