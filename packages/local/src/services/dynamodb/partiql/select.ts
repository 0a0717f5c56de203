import { createHash } from 'node:crypto';
import type { CallContext } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import type { Condition, Test } from '../expressions/condition.ts';
import { attributesOf } from '../expressions/expressions.ts';
import type { KeyTest } from '../expressions/key-condition.ts';
import { toKeyTests } from '../expressions/key-condition.ts';
import type { Path } from '../expressions/path.ts';
import { valueAt } from '../expressions/path.ts';
import { keyAttributes } from '../key-schema.ts';
import type { Source } from '../page.ts';
import { checkProjected, keyRange, projectedNames, readPage, startPosition } from '../page.ts';
import type { Table } from '../table.ts';
import { openTable } from '../table-store.ts';
import type { Attributes } from '../values/value.ts';
import { emptyAttributes, normaliseAttributes } from '../values/value.ts';
import type { SelectStatement } from './statement.ts';

/** The parts of a condition that AND joins. */
function conjunctsOf(condition: Condition | undefined): Condition[] {
  if (condition === undefined) return [];
  if (condition.kind !== 'and') return [condition];
  return [...conjunctsOf(condition.left), ...conjunctsOf(condition.right)];
}

const conjoin = (parts: readonly Condition[]): Condition | undefined =>
  parts.reduce<Condition | undefined>(
    (left, right) => (left === undefined ? right : { kind: 'and', left, right }),
    undefined,
  );

/** The test of one top-level attribute against values; undefined for any other condition. */
function keyTestOf(condition: Condition): KeyTest | undefined {
  if (condition.kind === 'and' || condition.kind === 'or' || condition.kind === 'not' || condition.kind === 'in') {
    return undefined;
  }
  const test: Test = condition;
  const paths = test.operands.filter(({ kind }) => kind === 'path');
  const isSimple =
    paths.length === 1 &&
    test.operands.every(
      (operand) => operand.kind === 'value' || (operand.kind === 'path' && operand.path.length === 1),
    );
  const isKeyOperator =
    (test.kind === 'compare' && test.comparator !== '<>') ||
    (test.kind === 'between' && test.operands[0].kind === 'path') ||
    (test.kind === 'call' && test.name === 'begins_with');
  return isSimple && isKeyOperator ? toKeyTests(condition)[0] : undefined;
}

interface Selection {
  /** Undefined for a scan. */
  readonly tests: readonly KeyTest[] | undefined;
  readonly filter: Condition | undefined;
}

/** Splits a condition into tests of the source's key and a filter. */
function split(source: Pick<Source, 'key'>, where: Condition | undefined): Selection {
  const { hashes, ranges } = source.key;
  const parts = conjunctsOf(where).map((condition) => ({ condition, test: keyTestOf(condition) }));
  const used: typeof parts = [];
  const take = (name: string, isEqual: boolean) => {
    const found = parts.find(
      (part) => part.test?.attribute === name && !used.includes(part) && (!isEqual || part.test.operator === '='),
    );
    if (found !== undefined) used.push(found);
    return found;
  };
  const isKeyed = hashes.every(({ name }) => take(name, true) !== undefined);
  if (!isKeyed) return { tests: undefined, filter: where };
  for (const { name } of ranges) if (take(name, false)?.test?.operator !== '=') break;
  return {
    tests: used.flatMap(({ test }) => test ?? []),
    filter: conjoin(parts.filter((part) => !used.includes(part)).map(({ condition }) => condition)),
  };
}

/**
 * The key that a WHERE clause gives by equality, and the conditions besides.
 *
 * @returns undefined unless every key attribute of the table has an equality
 */
export function keyOf(table: Table, where: Condition | undefined) {
  const key = emptyAttributes();
  const rest: Condition[] = [];
  for (const condition of conjunctsOf(where)) {
    const test = keyTestOf(condition);
    const isKey =
      test?.operator === '=' &&
      !(test.attribute in key) &&
      keyAttributes(table.key).some(({ name }) => name === test.attribute);
    if (isKey && test !== undefined) key[test.attribute] = test.values[0];
    else rest.push(condition);
  }
  if (keyAttributes(table.key).some(({ name }) => key[name] === undefined)) return undefined;
  return { key, rest: conjoin(rest) };
}

/** Like Query's source, with PartiQL's messages. */
function openSource(table: Table, name: string | undefined, consistent: boolean | undefined): Source {
  const tableKeys = keyAttributes(table.key).map((attribute) => attribute.name);
  if (name === undefined) return { table, index: undefined, rows: table.rows, key: table.key, keyNames: tableKeys };
  const index = table.indexes.get(name);
  if (index === undefined) throw validationError('The table does not have the specified index');
  if (index.kind === 'global' && consistent) {
    throw validationError('Strongly consistent read is not supported on Global Secondary Indexes');
  }
  const keyNames = [...new Set([...tableKeys, ...keyAttributes(index.key).map((attribute) => attribute.name)])];
  return { table, index, rows: index.rows, key: index.key, keyNames };
}

/** Whether a condition pins or lists the hash key: AWS counts IN too. */
const hasKeyCondition = ({ key }: Source, where: Condition | undefined) =>
  conjunctsOf(where).some(
    (part) =>
      (part.kind === 'in' || keyTestOf(part)?.operator === '=') &&
      attributesOf(part).some((name) => key.hashes.some((attribute) => attribute.name === name)),
  );

function checkFilter(source: Source, where: Condition | undefined): void {
  const names = projectedNames(source);
  if (names === undefined || source.index === undefined || !hasKeyCondition(source, where)) return;
  const absent = conjunctsOf(where)
    .filter(({ kind }) => kind !== 'or')
    .flatMap(attributesOf)
    .filter((name) => !names.includes(name));
  if (absent.length === 0) return;
  throw validationError(
    `One or more parameter values were invalid: Secondary index ${source.index.name} does not project ` +
      `one or more filter attributes: [${[...new Set(absent)].join(', ')}]`,
  );
}

/**
 * Whether rows come in descending order.
 *
 * @throws ServiceError for an order that a key does not have
 */
function readOrder({ key }: Source, { where, orderBy }: SelectStatement, isKeyed: boolean): boolean {
  if (orderBy.length === 0) return false;
  if (where === undefined) {
    throw validationError('Must have WHERE clause in the statement when using ORDER BY clause.');
  }
  if (!isKeyed) {
    throw validationError(
      'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
    );
  }
  const odd = orderBy.find(({ attribute }) => !keyAttributes(key).some(({ name }) => name === attribute));
  if (odd !== undefined) {
    throw validationError(`Variable reference ${odd.attribute} in ORDER BY clause must be part of the primary key`);
  }
  return orderBy.some(({ attribute, descending }) => descending && key.ranges.some(({ name }) => name === attribute));
}

/** An item with the selected values, each under the last name of its path. */
export function selected(paths: readonly Path[], item: Attributes): Attributes {
  const chosen = emptyAttributes();
  for (const path of paths) {
    const value = valueAt(item, path);
    const last = path.findLastIndex((step) => typeof step === 'string');
    const name = `${path[last]}${path
      .slice(last + 1)
      .map((index) => `[${index}]`)
      .join('')}`;
    if (value !== undefined) chosen[name] = value;
  }
  return chosen;
}

const fingerprint = (statement: SelectStatement) =>
  createHash('sha256').update(JSON.stringify(statement)).digest('base64url').slice(0, 16);

function readToken(token: string | undefined, statement: SelectStatement): Attributes | undefined {
  if (token === undefined) return undefined;
  let key: unknown;
  let of: unknown;
  try {
    [of, key] = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    // refused below, like a token that decodes to something else
  }
  if (typeof key !== 'object' || key === null) throw validationError('Invalid NextToken');
  if (of !== fingerprint(statement)) throw validationError('NextToken does not match request');
  return normaliseAttributes(key as Attributes); // the endpoint wrote it; a forged one is checked against the key
}

export interface SelectInput {
  readonly TableName: string;
  readonly ConsistentRead?: boolean | undefined;
  readonly Limit?: number | undefined;
  readonly NextToken?: string | undefined;
  readonly ReturnConsumedCapacity?: 'INDEXES' | 'TOTAL' | 'NONE' | undefined;
}

/** One page of a SELECT. @throws ServiceError */
export function select(context: CallContext, statement: SelectStatement, input: SelectInput) {
  const { where, paths } = statement;
  const source = openSource(openTable(context, statement.table), statement.index, input.ConsistentRead);
  checkProjected(source, undefined, paths);
  checkFilter(source, where);
  const { tests, filter } = split(source, where);
  const descending = readOrder(source, statement, tests !== undefined);
  const startKey = readToken(input.NextToken, statement);
  const rows = source.rows.walk({
    ...(tests === undefined ? {} : keyRange(source.key, tests)),
    after: startKey === undefined ? undefined : startPosition(source, startKey),
    descending,
  });
  const page = readPage(input, {
    source,
    rows,
    filter,
    paths,
    shape: paths && ((item) => selected(paths, item)),
    // An index that is read without its key knows only what it holds, a local one too.
    filtersIndex: tests === undefined,
  });
  const { LastEvaluatedKey } = page;
  return {
    Items: page.Items ?? [],
    LastEvaluatedKey,
    NextToken:
      LastEvaluatedKey && Buffer.from(JSON.stringify([fingerprint(statement), LastEvaluatedKey])).toString('base64url'),
    ConsumedCapacity: page.ConsumedCapacity,
  };
}
