import type { Action } from '../../../core/service.ts';
import type { Usage } from '../capacity.ts';
import { consumedCapacities, readUnits } from '../capacity.ts';
import { validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { ATTRIBUTES, CONSUMED_CAPACITY, PLACEHOLDERS } from '../input/members.ts';
import { LEGACY_GET } from '../legacy/legacy-input.ts';
import { readGet } from '../reads/read-get.ts';
import { checkTableNames } from '../tables/check-table-names.ts';
import { openTable, tableArn } from '../tables/find-table.ts';
import { rowId } from '../tables/row.ts';
import type { Attributes } from '../values/attribute-value.ts';

const INPUT = {
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

/** Source: the API reference: 100 items and 16 MB for one call; what does not fit comes back unprocessed. */
const MAX_ITEMS = 100;
const MAX_BYTES = 16 * 1024 * 1024;

export const batchGetItem: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
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
