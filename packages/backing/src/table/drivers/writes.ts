import type { ConditionCheckInput, DeleteInput, Item, PutInput, UpdateInput } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import type { Expression } from '../../dynamodb/expression.ts';
import { createExpression } from '../../dynamodb/expression.ts';
import { issueList, validate } from '../../dynamodb/validation.ts';
import type { Condition } from '../condition.ts';
import type { Changes } from '../port.ts';
import { conditionText, creatingText } from './conditions.ts';
import type { Target } from './row.ts';
import { assertIndexKeys, keyItem, storableField } from './row.ts';

/**
 * A row as it is stored: as its schema returns it, with a key and index keys that DynamoDB takes.
 *
 * @throws TwelvefoldError `ROW_INVALID` naming the fields that do not fit.
 */
export function itemOf<R>({ definition }: Target<R>, row: R): Item {
  const subject = `a row of table '${definition.name}'`;
  const checked = validate(definition.schema, row, subject);
  if (!checked.valid) {
    throw new TwelvefoldError(
      'ROW_INVALID',
      `Cannot write ${subject}: ${issueList(checked.issues)} does not fit the schema`,
    );
  }
  const item = storableField(checked.value, '', subject) as Item; // the schema's output, a row, is an object
  const { partitionKey, sortKey } = definition;
  keyItem(
    definition,
    sortKey === undefined ? item[partitionKey] : { [partitionKey]: item[partitionKey], [sortKey]: item[sortKey] },
  );
  assertIndexKeys(definition, item);
  return item;
}

/** Writes a whole row: the input of PutItem, or the Put of a transaction. */
export function putParams<R>(target: Target<R>, row: R, condition?: Condition<R>): Omit<PutInput, 'ReturnValues'> {
  return { TableName: target.tableName, Item: itemOf(target, row), ...conditional(target, condition) };
}

/** Deletes a row: the input of DeleteItem, or the Delete of a transaction. */
export function deleteParams<R>(
  target: Target<R>,
  key: unknown,
  condition?: Condition<R>,
): Omit<DeleteInput, 'ReturnValues'> {
  return { TableName: target.tableName, Key: keyItem(target.definition, key), ...conditional(target, condition) };
}

/**
 * The ConditionCheck of a transaction.
 *
 * @throws TypeError for an empty condition, which would check nothing.
 */
export function checkParams<R>(target: Target<R>, key: unknown, condition: Condition<R>): ConditionCheckInput {
  const { ConditionExpression, ...attributes } = conditional(target, condition);
  if (ConditionExpression === undefined) {
    throw new TypeError(`Cannot check a row of table '${target.definition.name}': the condition is empty`);
  }
  return { TableName: target.tableName, Key: keyItem(target.definition, key), ConditionExpression, ...attributes };
}

function conditional<R>(target: Target<R>, condition: Condition<R> | undefined) {
  const expression = createExpression();
  const text = conditionText(target, condition, expression);
  return { ...(text === undefined ? {} : { ConditionExpression: text }), ...expression.attributes() };
}

/** Changes a row: the input of UpdateItem, or the Update of a transaction. */
export function updateParams<R>(
  target: Target<R>,
  key: unknown,
  changes: Changes<R>,
  condition: Condition<R> = {},
): Omit<UpdateInput, 'ReturnValues'> & { UpdateExpression: string } {
  const Key = keyItem(target.definition, key);
  const plan = planChanges(target, changes);
  assertIndexKeys(target.definition, plan.set);
  const expression = createExpression();
  const mayCreate = makesWholeRow(target, Key, plan, condition.exists === false);
  // DynamoDB's update creates a missing item from the changes only, which would leave a row that no
  // schema accepts.
  const text = mayCreate
    ? creatingText(target, condition, expression)
    : conditionText(target, { ...condition, exists: true }, expression);
  return {
    TableName: target.tableName,
    Key,
    UpdateExpression: updateText(plan, expression),
    ...(text === undefined ? {} : { ConditionExpression: text }),
    ...expression.attributes(),
  };
}

/** Changes that have been checked, with every value as it is sent. */
interface ChangePlan {
  readonly set: Readonly<Record<string, unknown>>;
  readonly add: Readonly<Record<string, number>>;
  readonly remove: readonly string[];
}

/**
 * @throws TypeError for a key field, a field that is changed twice, an unknown kind of change, or
 * nothing to change.
 */
function planChanges<R>({ definition }: Target<R>, changes: Changes<R>): ChangePlan {
  const { name, partitionKey, sortKey } = definition;
  const fault = (reason: string) => new TypeError(`Cannot update a row of table '${name}': ${reason}`);
  const { set = {}, add = {}, remove = [], ...rest } = changes;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw fault(`unknown change '${unknown}'; known: set, add, remove`);

  const added: Record<string, number> = {};
  for (const [field, amount] of Object.entries(add)) {
    if (amount === undefined) continue;
    if (typeof amount !== 'number' || !Number.isFinite(amount)) throw fault(`'${field}' adds no finite number`);
    added[field] = amount;
  }
  // Fields in, fields out: storableField copies a plain object.
  const stored = storableField(set, '', `changes to a row of table '${name}'`) as Record<string, unknown>;

  const fields = [...Object.keys(stored), ...Object.keys(added), ...remove];
  if (fields.length === 0) throw fault('there is nothing to change');
  const keyField = fields.find((field) => field === partitionKey || field === sortKey);
  if (keyField !== undefined) throw fault(`'${keyField}' is a key field; put a new row and delete the old one`);
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice !== undefined) throw fault(`'${twice}' is changed twice`);
  return { set: stored, add: added, remove };
}

/**
 * Whether key and changes without more fit the schema.
 *
 * @throws TwelvefoldError `ROW_INVALID` when a field in `set` cannot fit, or a row has to come of
 * it and cannot.
 */
function makesWholeRow<R>({ definition }: Target<R>, key: Item, plan: ChangePlan, mustCreate: boolean): boolean {
  const subject = `a row of table '${definition.name}'`;
  const checked = validate(definition.schema, { ...key, ...plan.set, ...plan.add }, subject);
  if (checked.valid) return true;
  const atFault = checked.issues.filter(({ field }) => mustCreate || (field !== undefined && field in plan.set));
  if (atFault.length > 0) {
    throw new TwelvefoldError(
      'ROW_INVALID',
      `Cannot update ${subject}: ${issueList(atFault)} does not fit the schema; nothing was written`,
    );
  }
  return false;
}

function updateText({ set, add, remove }: ChangePlan, { name, value }: Expression): string {
  const clause = (keyword: string, parts: string[]) => (parts.length > 0 ? [`${keyword} ${parts.join(', ')}`] : []);
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

/**
 * Whether a condition that held before its write holds after it too, so that a repeat is not
 * refused for its own work.
 */
export function outlivesWrite<R>(condition: Condition<R> = {}): boolean {
  return Object.keys(condition).every((member) => member === 'exists') && condition.exists !== false;
}
