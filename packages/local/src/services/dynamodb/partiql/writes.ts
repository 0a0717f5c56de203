import { ServiceError } from '../../../core/service-error.ts';
import { validationError } from '../errors.ts';
import type { Condition } from '../expressions/condition.ts';
import { project } from '../expressions/path.ts';
import { applyUpdate } from '../expressions/update.ts';
import { checkIndexKeys, checkItemKey, checkKey } from '../key.ts';
import type { Table } from '../table.ts';
import type { Attributes } from '../values/value.ts';
import { sizeOf } from '../values/value.ts';
import type { Write, Written } from '../write.ts';
import { checkPathsAgainst, MAX_ITEM_BYTES } from '../write.ts';
import { keyOf } from './select.ts';
import type { DeleteStatement, InsertStatement, Returning, SelectStatement, UpdateStatement } from './statement.ts';

const exists = (name: string): Condition => ({
  kind: 'call',
  name: 'attribute_exists',
  operands: [{ kind: 'path', path: [name] }],
});

const and = (left: Condition, right: Condition | undefined): Condition =>
  right === undefined ? left : { kind: 'and', left, right };

/**
 * The single item that a write is about.
 *
 * @throws ServiceError unless every key attribute has an equality
 */
function targetOf(table: Table, where: Condition) {
  const found = keyOf(table, where);
  if (found === undefined) {
    throw validationError('Where clause does not contain a mandatory equality on all key attributes');
  }
  return found;
}

type WriteStatement = InsertStatement | UpdateStatement | DeleteStatement;

/** A statement that changes one item, as a write. @throws ServiceError */
export function toWrite(statement: WriteStatement, table: Table, returnsItemOnFailure: boolean): Write {
  const base = { tableName: statement.table, returnsItemOnFailure, changedPaths: [] };
  if (statement.kind === 'insert') {
    const { item } = statement;
    if (sizeOf(item) > MAX_ITEM_BYTES) throw validationError('Item size has exceeded the maximum allowed size');
    return {
      ...base,
      target: item,
      condition: { kind: 'not', of: exists(table.key.hashes[0].name) },
      refusal: {
        error: 'DuplicateItemException',
        reason: 'DuplicateItem',
        message: 'Duplicate primary key exists in table',
      },
      check: (into) => {
        checkItemKey(into, item);
        checkIndexKeys(into, item);
      },
      after: () => item,
    };
  }
  const { key, rest } = targetOf(table, statement.where);
  if (statement.kind === 'delete') {
    return { ...base, target: key, condition: rest, check: (of) => checkKey(of, key), after: () => undefined };
  }
  const { actions } = statement;
  const changedPaths = actions.map(({ path }) => path);
  return {
    ...base,
    changedPaths,
    target: key,
    // The key is a condition too: an UPDATE does not create an item.
    condition: and(exists(table.key.hashes[0].name), rest),
    check: (of) => {
      checkKey(of, key);
      checkPathsAgainst(of, changedPaths);
    },
    after: (of, before) => {
      const item = applyUpdate(actions, before ?? key);
      if (sizeOf(item) > MAX_ITEM_BYTES) {
        throw validationError('Item size to update has exceeded the maximum allowed size');
      }
      checkIndexKeys(of, item);
      return item;
    },
  };
}

/** `EXISTS(SELECT ...)` of a transaction: a condition on one item. @throws ServiceError */
export function toConditionCheck({ table: tableName, index, where }: SelectStatement, table: Table): Write {
  if (index !== undefined) throw validationError('Operations on indices are not supported in transactions');
  const found = keyOf(table, where);
  if (found?.rest === undefined) {
    throw validationError('EXISTS() must contain a single item read with additional condition');
  }
  const { key, rest } = found;
  return {
    tableName,
    target: key,
    condition: rest,
    returnsItemOnFailure: false,
    changedPaths: [],
    check: (of) => checkKey(of, key),
    after: (_of, before) => before,
  };
}

/** The item that RETURNING asks for; undefined for none. */
export function returned(
  returning: Returning | undefined,
  { changedPaths }: Write,
  { before, after }: Written,
): Attributes | undefined {
  const item = returning?.when === 'OLD' ? before : after;
  if (returning === undefined || item === undefined || returning.which === 'ALL') {
    return returning === undefined ? undefined : item;
  }
  const changed = project(item, changedPaths);
  return Object.keys(changed).length === 0 ? undefined : changed;
}

const CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  DuplicateItemException: 'DuplicateItem',
  ResourceNotFoundException: 'ResourceNotFound',
  TransactionConflictException: 'TransactionConflict',
  ValidationException: 'ValidationError',
};

/** An error as BatchExecuteStatement lists it. Throws what is not an error of a statement. */
export function batchError(error: unknown) {
  if (!(error instanceof ServiceError) || CODES[error.code] === undefined) throw error;
  return { Code: CODES[error.code], Message: error.message, Item: error.fields.Item };
}
