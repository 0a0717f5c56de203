import type { Action } from '../../core/service.ts';
import type { Usage } from './capacity.ts';
import { consumedCapacities, consumedCapacity, readUnits } from './capacity.ts';
import { validationError } from './errors.ts';
import { checkPlaceholdersWanted, readExpressions } from './expressions/expressions.ts';
import { project } from './expressions/path.ts';
import { checkInput } from './input/check-input.ts';
import type { CheckedMembers, Members } from './input/shape.ts';
import { ATTRIBUTES, CONSUMED_CAPACITY, PLACEHOLDERS, TABLE_NAME } from './input/shape.ts';
import { rowId } from './item-store.ts';
import { checkKey } from './key.ts';
import { readAttributesToGet } from './legacy/legacy-conditions.ts';
import { checkMixed, LEGACY_GET } from './legacy/legacy-input.ts';
import type { Table } from './table.ts';
import { checkTableNames } from './table-definition.ts';
import { openTable, tableArn } from './table-store.ts';
import type { Attributes } from './values/value.ts';
import { normaliseAttributes } from './values/value.ts';

/** The input of the read of one item, alone or in a transaction. */
export const GET = {
  TableName: { ...TABLE_NAME, required: true },
  Key: { ...ATTRIBUTES, required: true },
  ProjectionExpression: { type: 'string' },
  ExpressionAttributeNames: PLACEHOLDERS.ExpressionAttributeNames,
} as const satisfies Members;

type GetInput = CheckedMembers<typeof GET> & CheckedMembers<typeof LEGACY_GET>;

/** The read of one item, checked as far as that goes without its table. */
export interface Get {
  readonly tableName: string;
  readonly key: Attributes;
  /**
   * The item, projected, and how many bytes it has unprojected.
   *
   * @throws ServiceError for a key that is not the table's.
   */
  from(table: Table): { readonly item: Attributes | undefined; readonly size: number };
}

/** @throws ServiceError for a bad value or expression. */
export function readGet(input: GetInput): Get {
  checkMixed({ ...input }, ['AttributesToGet'], ['ProjectionExpression']);
  checkPlaceholdersWanted(input, ['ProjectionExpression']);
  const key = normaliseAttributes(input.Key);
  const expressions = readExpressions(input);
  const attributes = readAttributesToGet(input.AttributesToGet);
  const paths = expressions.projection() ?? attributes;
  expressions.checkAllUsed();
  return {
    tableName: input.TableName,
    key,
    from: (table) => {
      checkKey(table, key);
      const row = table.byId.get(rowId(table.key, key));
      if (row === undefined) return { item: undefined, size: 0 };
      return { item: paths === undefined ? row.item : project(row.item, paths), size: row.size };
    },
  };
}

const GET_ITEM_INPUT = {
  ...GET,
  ...LEGACY_GET,
  ConsistentRead: { type: 'boolean' },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
} as const;

export const getItem: Action = (raw, context) => {
  const input = checkInput(raw, GET_ITEM_INPUT);
  context.touches(tableArn(context, input.TableName));
  const get = readGet(input);
  const table = openTable(context, input.TableName);
  const { item, size } = get.from(table);
  const units = readUnits(size, input.ConsistentRead);
  return { Item: item, ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, { table, units }) };
};

const BATCH_GET_ITEM_INPUT = {
  RequestItems: {
    type: 'map',
    min: 1,
    max: 100,
    required: true,
    of: {
      type: 'structure',
      members: {
        Keys: { type: 'list', of: ATTRIBUTES, min: 1, max: 100, required: true },
        ConsistentRead: { type: 'boolean' },
        ProjectionExpression: { type: 'string' },
        ExpressionAttributeNames: PLACEHOLDERS.ExpressionAttributeNames,
        ...LEGACY_GET,
      },
    },
  },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
} as const;

/**
 * Source: the API reference: 100 items and 16 MB for one call; what does not fit comes back
 * unprocessed.
 */
const MAX_ITEMS = 100;
const MAX_BYTES = 16 * 1024 * 1024;

export const batchGetItem: Action = (raw, context) => {
  const input = checkInput(raw, BATCH_GET_ITEM_INPUT);
  const requests = Object.entries(input.RequestItems);
  checkTableNames('requestItems', input.RequestItems);
  for (const [tableName] of requests) context.touches(tableArn(context, tableName));
  const gets = requests.map(([TableName, request]) => ({
    TableName,
    request,
    gets: request.Keys.map((Key) => ({ Key, get: readGet({ ...request, TableName, Key }) })),
  }));
  if (gets.flatMap((entry) => entry.gets).length > MAX_ITEMS) {
    throw validationError('Too many items requested for the BatchGetItem call');
  }
  const opened = gets.map((entry) => ({ ...entry, table: openTable(context, entry.TableName) }));
  for (const { table, gets: ofTable } of opened) {
    for (const { get } of ofTable) get.from(table); // checks the key
    const ids = new Set(ofTable.map(({ get }) => rowId(table.key, get.key)));
    if (ids.size < ofTable.length) throw validationError('Provided list of item keys contains duplicates');
  }
  let bytes = 0;
  const usages: Usage[] = [];
  const responses: Record<string, Attributes[]> = {};
  const unprocessed: Record<string, unknown> = {};
  for (const { TableName, request, table, gets: ofTable } of opened) {
    const items: Attributes[] = [];
    const left: unknown[] = [];
    for (const { Key, get } of ofTable) {
      const { item, size } = get.from(table);
      if (bytes > 0 && bytes + size > MAX_BYTES) {
        left.push(Key);
        continue;
      }
      bytes += size;
      usages.push({ table, units: readUnits(size, request.ConsistentRead) });
      if (item !== undefined) items.push(item);
    }
    responses[TableName] = items;
    if (left.length > 0) unprocessed[TableName] = { ...request, Keys: left };
  }
  return {
    Responses: responses,
    UnprocessedKeys: unprocessed,
    ConsumedCapacity: consumedCapacities(input.ReturnConsumedCapacity, usages),
  };
};
