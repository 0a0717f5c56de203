import { rewording, validationError } from '../errors.ts';
import { applyUpdate } from '../expressions/apply-update.ts';
import { checkPlaceholdersWanted, readExpressions } from '../expressions/expressions.ts';
import type { Path } from '../expressions/path.ts';
import type { UpdateAction } from '../expressions/update.ts';
import { readAttributeUpdates } from '../legacy/read-attribute-updates.ts';
import { checkIndexKeys, checkKey } from '../tables/check-key.ts';
import { keyAttributes } from '../tables/key-schema.ts';
import type { Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { normaliseAttributes } from '../values/normalise-value.ts';
import { sizeOf } from '../values/size-of.ts';
import { MAX_ITEM_BYTES } from './max-item-bytes.ts';
import { checkWriteMixed, readWriteCondition } from './read-write-condition.ts';
import type { Write } from './write.ts';
import type { UpdateInput } from './write-input.ts';

function checkPathsAgainst({ key, indexes }: Table, paths: readonly Path[]): void {
  for (const { name } of keyAttributes(key)) {
    if (paths.some(([attribute]) => attribute === name)) {
      throw validationError(
        'One or more parameter values were invalid: ' +
          `Cannot update attribute ${name}. This attribute is part of the key`,
      );
    }
  }
  const indexKeys = [...indexes.values()].flatMap((index) => keyAttributes(index.key)).map(({ name }) => name);
  const nested = paths.find(([attribute, ...deeper]) => deeper.length > 0 && indexKeys.includes(attribute));
  if (nested !== undefined) {
    throw validationError(
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
        `IndexKey: ${nested[0]}`,
    );
  }
}

/** What only takes away does not create the item, while an update without any action does. */
const takesOnly = (actions: readonly UpdateAction[]) =>
  actions.length > 0 && actions.every(({ kind }) => kind === 'REMOVE' || kind === 'DELETE');

/** A wrong type has a message of its own in AttributeUpdates. */
function applyLegacy(actions: readonly UpdateAction[], item: Attributes): Attributes {
  return rewording(
    (message) => (message.startsWith('An operand') ? 'Type mismatch for attribute to update' : message),
    () => applyUpdate(actions, item),
  );
}

/** @throws ServiceError for a bad value or expression. */
export function readUpdate(input: UpdateInput): Write {
  checkWriteMixed(input);
  checkPlaceholdersWanted(input, ['UpdateExpression', 'ConditionExpression']);
  const key = normaliseAttributes(input.Key);
  const expressions = readExpressions(input);
  const legacy = input.AttributeUpdates === undefined ? undefined : readAttributeUpdates(input.AttributeUpdates);
  const actions = expressions.update() ?? legacy ?? [];
  const condition = readWriteCondition(input, expressions);
  expressions.checkAllUsed();
  const changedPaths = actions.map(({ path }) => path);
  return {
    tableName: input.TableName,
    target: key,
    condition,
    returnsItemOnFailure: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
    changedPaths,
    check: (table) => {
      checkKey(table, key);
      checkPathsAgainst(table, changedPaths);
    },
    after: (table, before) => {
      const item = legacy === undefined ? applyUpdate(actions, before ?? key) : applyLegacy(actions, before ?? key);
      if (before === undefined && takesOnly(actions)) return undefined;
      if (sizeOf(item) > MAX_ITEM_BYTES) {
        throw validationError('Item size to update has exceeded the maximum allowed size');
      }
      checkIndexKeys(table, item);
      return item;
    },
  };
}
