import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Usage } from './capacity.ts';
import { writeUnits } from './capacity.ts';
import type { Refusal } from './errors.ts';
import { CONDITION_FAILED, rewording, validationError } from './errors.ts';
import type { Condition } from './expressions/condition.ts';
import { evaluateCondition } from './expressions/condition.ts';
import type { ExpressionReader } from './expressions/expressions.ts';
import { checkPlaceholdersWanted, readExpressions } from './expressions/expressions.ts';
import type { Path } from './expressions/path.ts';
import type { UpdateAction } from './expressions/update.ts';
import { applyUpdate } from './expressions/update.ts';
import { CONFLICT, isHeld } from './held-items.ts';
import type { CheckedMembers, Members } from './input/shape.ts';
import { ATTRIBUTES, ON_CHECK_FAILURE, PLACEHOLDERS, TABLE_NAME } from './input/shape.ts';
import { positionOf, rowId } from './item-store.ts';
import { checkIndexKeys, checkItemKey, checkKey } from './key.ts';
import { keyAttributes } from './key-schema.ts';
import { readAttributeUpdates, readExpected } from './legacy/legacy-conditions.ts';
import type { LEGACY_UPDATE, LEGACY_WRITE } from './legacy/legacy-input.ts';
import { checkMixed } from './legacy/legacy-input.ts';
import { commit } from './row-writes.ts';
import type { SecondaryIndex, Table } from './table.ts';
import { openTable } from './table-store.ts';
import type { Attributes } from './values/value.ts';
import { emptyAttributes, equalValues, normaliseAttributes, sizeOf } from './values/value.ts';

/** Source: "Service quotas": an item is at most 400 KB, attribute names included. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** A change of one item that has been read and checked as far as that goes without its table. */
export interface Write {
  /** A name or an ARN. */
  readonly tableName: string;
  /** The key, or an item that has it. */
  readonly target: Attributes;
  readonly condition: Condition | undefined;
  /** The answer to a failed condition. @defaultValue that of a conditional write */
  readonly refusal?: Refusal;
  /** A failed condition answers with the item. */
  readonly returnsItemOnFailure: boolean;
  /** The paths that an update changes, for ReturnValues UPDATED_OLD and UPDATED_NEW. */
  readonly changedPaths: readonly Path[];
  /** Checks the write against the table's schema. @throws ServiceError */
  check(table: Table): void;
  /**
   * The item afterwards; undefined when there is none.
   *
   * @throws ServiceError for what this item makes impossible.
   */
  after(table: Table, before: Attributes | undefined): Attributes | undefined;
}

const CONDITIONAL = {
  TableName: { ...TABLE_NAME, required: true },
  ConditionExpression: { type: 'string' },
  ...PLACEHOLDERS,
  ReturnValuesOnConditionCheckFailure: ON_CHECK_FAILURE,
} as const satisfies Members;

/** The input of a write, alone or in a transaction. */
export const PUT = { ...CONDITIONAL, Item: { ...ATTRIBUTES, required: true } } as const satisfies Members;
export const DELETE = { ...CONDITIONAL, Key: { ...ATTRIBUTES, required: true } } as const satisfies Members;
export const UPDATE = { ...DELETE, UpdateExpression: { type: 'string' } } as const satisfies Members;

type Legacy = CheckedMembers<typeof LEGACY_WRITE>;
type PutInput = CheckedMembers<typeof PUT> & Legacy;
type DeleteInput = CheckedMembers<typeof DELETE> & Legacy;
type UpdateInput = CheckedMembers<typeof UPDATE> & CheckedMembers<typeof LEGACY_UPDATE>;

type ConditionInput = Pick<UpdateInput, 'Expected' | 'ConditionalOperator' | 'AttributeUpdates'>;

/** @throws ServiceError for a write that has parameters of both times. */
function checkWriteMixed(input: ConditionInput): void {
  checkMixed(
    { ...input },
    ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
    ['UpdateExpression', 'ConditionExpression'],
  );
}

/** The condition of a write, from whichever parameter has it. @throws ServiceError */
function readWriteCondition(input: ConditionInput, expressions: ExpressionReader): Condition | undefined {
  const expected = readExpected(input.Expected, input.ConditionalOperator);
  return expressions.condition('ConditionExpression') ?? expected;
}

/** @throws ServiceError for a bad value, item size or expression. */
export function readPut(input: PutInput): Write {
  const conditional = readConditional(input, () => {
    const item = normaliseAttributes(input.Item);
    if (sizeOf(item) > MAX_ITEM_BYTES) throw validationError('Item size has exceeded the maximum allowed size');
    return item;
  });
  const item = conditional.target;
  return {
    ...conditional,
    check: (table) => {
      checkItemKey(table, item);
      checkIndexKeys(table, item);
    },
    after: () => item,
  };
}

/**
 * The parts that a put, a delete and a condition check share. `readTarget` is called between the
 * checks of AWS's order: after those of the parameters, before those of the expressions.
 */
function readConditional(input: PutInput | DeleteInput, readTarget: () => Attributes) {
  checkWriteMixed(input);
  checkPlaceholdersWanted(input, ['ConditionExpression']);
  const target = readTarget();
  const expressions = readExpressions(input);
  const condition = readWriteCondition(input, expressions);
  expressions.checkAllUsed();
  return {
    tableName: input.TableName,
    target,
    condition,
    returnsItemOnFailure: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
    changedPaths: [],
  };
}

function readKeyed(input: DeleteInput): Omit<Write, 'after'> {
  const conditional = readConditional(input, () => normaliseAttributes(input.Key));
  return { ...conditional, check: (table) => checkKey(table, conditional.target) };
}

/** @throws ServiceError for a bad value or expression. */
export function readDelete(input: DeleteInput): Write {
  return { ...readKeyed(input), after: () => undefined };
}

/**
 * A transaction's check: a condition on an item that stays as it is.
 *
 * @throws ServiceError for a bad value or expression.
 */
export function readConditionCheck(input: DeleteInput): Write {
  return { ...readKeyed(input), after: (_table, before) => before };
}

export function checkPathsAgainst({ key, indexes }: Table, paths: readonly Path[]): void {
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

/**
 * An update that only removes does not create the item, while an update without any action does.
 */
const takesOnly = (actions: readonly UpdateAction[]) =>
  actions.length > 0 && actions.every(({ kind }) => kind === 'REMOVE' || kind === 'DELETE');

/** A wrong type has a different message in AttributeUpdates. */
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

/** @throws ServiceError for what only an update can return. */
export function checkReturnsOld(returnValues: string | undefined): void {
  if (returnValues !== undefined && returnValues !== 'ALL_OLD' && returnValues !== 'NONE') {
    throw validationError('ReturnValues can only be ALL_OLD or NONE');
  }
}

/** The item before and after a write. */
export interface Written {
  readonly table: Table;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

/**
 * Makes one write: all of it or nothing.
 *
 * @throws ServiceError `ConditionalCheckFailedException` among others.
 */
export function performWrite(context: CallContext, write: Write): Written {
  const table = openTable(context, write.tableName);
  write.check(table);
  if (isHeld(context, table, write.target)) throw new ServiceError('TransactionConflictException', CONFLICT);
  const row = table.byId.get(rowId(table.key, write.target));
  if (write.condition !== undefined && !evaluateCondition(write.condition, row?.item)) {
    const { error, message } = write.refusal ?? CONDITION_FAILED;
    // With an item the message is spelled with a capital (recorded on AWS).
    const fields = write.returnsItemOnFailure && row !== undefined ? { Message: message, Item: row.item } : {};
    throw new ServiceError(error, message, { fields });
  }
  const after = write.after(table, row?.item);
  commit(context, table, row, after);
  return { table, before: row?.item, after };
}

/**
 * `ItemCollectionMetrics` of a written item: only tables with local indexes have them. Collections
 * here are under 1 GB.
 */
export function collectionMetrics(mode: string | undefined, table: Table, item: Attributes | undefined) {
  const hasLocal = [...table.indexes.values()].some(({ kind }) => kind === 'local');
  const { name } = table.key.hashes[0];
  const hash = item?.[name];
  if (mode !== 'SIZE' || !hasLocal || hash === undefined) return undefined;
  return { ItemCollectionKey: { [name]: hash }, SizeEstimateRangeGB: [0, 1] };
}

interface WrittenItem {
  readonly table: Table;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

/** The part of an item that an index holds; undefined when the item is not in it. */
function heldOf(table: Table, { key, projection }: SecondaryIndex, item: Attributes | undefined) {
  const position = item === undefined ? undefined : positionOf(key, item, table.key);
  if (item === undefined || position === undefined) return undefined;
  if (projection.type === 'ALL') return { item, position };
  const held = emptyAttributes();
  const keys = [table.key, key].flatMap(keyAttributes).map(({ name }) => name);
  for (const name of [...keys, ...projection.nonKeyAttributes]) {
    const value = item[name];
    if (value !== undefined) held[name] = value;
  }
  return { item: held, position };
}

/**
 * Source: "Write operations on global secondary indexes": a new key is a delete and a put, what is
 * not projected costs nothing.
 */
function indexUnits(written: WrittenItem, index: SecondaryIndex): number {
  const [old, fresh] = [written.before, written.after].map((item) => heldOf(written.table, index, item));
  const units = (held: { item: Attributes } | undefined) => (held === undefined ? 0 : writeUnits(sizeOf(held.item)));
  if (old === undefined || fresh === undefined) return units(old) + units(fresh);
  const moved =
    old.position.partition !== fresh.position.partition ||
    old.position.sort.join('\n') !== fresh.position.sort.join('\n');
  if (moved) return units(old) + units(fresh);
  return equalValues({ M: old.item }, { M: fresh.item }) ? 0 : Math.max(units(old), units(fresh));
}

/**
 * The cost of a write: for the larger of the item before and after, and in each index that it
 * changes; all of it `factor` times.
 */
export function writeUsage(written: WrittenItem, factor = 1): Usage {
  const { table, before, after } = written;
  const bytes = Math.max(...[before, after].map((item) => (item === undefined ? 0 : sizeOf(item))));
  return {
    table,
    units: factor * writeUnits(bytes),
    indexes: [...table.indexes.values()]
      .map((index) => ({ kind: index.kind, name: index.name, units: factor * indexUnits(written, index) }))
      .filter(({ units }) => units > 0),
  };
}
