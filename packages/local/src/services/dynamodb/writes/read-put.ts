import { validationError } from '../errors.ts';
import { checkPlaceholdersWanted, readExpressions } from '../expressions/expressions.ts';
import { checkIndexKeys, checkItemKey } from '../tables/check-key.ts';
import { normaliseAttributes } from '../values/normalise-value.ts';
import { sizeOf } from '../values/size-of.ts';
import { MAX_ITEM_BYTES } from './max-item-bytes.ts';
import { checkWriteMixed, readWriteCondition } from './read-write-condition.ts';
import type { Write } from './write.ts';
import type { PutInput } from './write-input.ts';

/** @throws ServiceError for a bad value, item size or expression. */
export function readPut(input: PutInput): Write {
  checkWriteMixed(input);
  checkPlaceholdersWanted(input, ['ConditionExpression']);
  const item = normaliseAttributes(input.Item);
  if (sizeOf(item) > MAX_ITEM_BYTES) throw validationError('Item size has exceeded the maximum allowed size');
  const expressions = readExpressions(input);
  const condition = readWriteCondition(input, expressions);
  expressions.checkAllUsed();
  return {
    tableName: input.TableName,
    target: item,
    condition,
    returnsItemOnFailure: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
    changedPaths: [],
    check: (table) => {
      checkItemKey(table, item);
      checkIndexKeys(table, item);
    },
    after: () => item,
  };
}
