import type { Action } from '../../../core/service.ts';
import { consumedCapacity, readUnits } from '../capacity.ts';
import { checkInput } from '../input/check-input.ts';
import { CONSUMED_CAPACITY } from '../input/members.ts';
import { LEGACY_GET } from '../legacy/legacy-input.ts';
import { GET } from '../reads/get-input.ts';
import { readGet } from '../reads/read-get.ts';
import { openTable, tableArn } from '../tables/find-table.ts';

const INPUT = {
  ...GET,
  ...LEGACY_GET,
  ConsistentRead: { type: 'boolean' },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
} as const;

export const getItem: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
  context.touches(tableArn(context, input.TableName));
  const get = readGet(input);
  const table = openTable(context, input.TableName);
  const { item, size } = get.from(table);
  const units = readUnits(size, input.ConsistentRead);
  return { Item: item, ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, { table, units }) };
};
