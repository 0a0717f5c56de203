import type { Action, CallContext } from '../../../core/service.ts';
import { consumedCapacities, readUnits } from '../capacity.ts';
import { validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { CONSUMED_CAPACITY } from '../input/members.ts';
import { GET } from '../reads/get-input.ts';
import type { Get } from '../reads/read-get.ts';
import { readGet } from '../reads/read-get.ts';
import { openTable, tableArn } from '../tables/find-table.ts';
import { rowId } from '../tables/row.ts';
import type { Table } from '../tables/table.ts';
import type { CancellationReason } from '../transactions/cancellation.ts';
import { transactionCancelled, validationReason } from '../transactions/cancellation.ts';
import { CONFLICT, isHeld } from '../transactions/held-items.ts';

const INPUT = {
  TransactItems: {
    type: 'list',
    min: 1,
    max: 100,
    required: true,
    of: { type: 'structure', members: { Get: { type: 'structure', members: GET, required: true } } },
  },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
} as const;

function keyReason(context: CallContext, table: Table, get: Get): CancellationReason {
  try {
    get.from(table);
    return isHeld(context, table, get.key) ? { Code: 'TransactionConflict', Message: CONFLICT } : { Code: 'None' };
  } catch (error) {
    return validationReason(error);
  }
}

export const transactGetItems: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
  // IAM checks the action of each entry, not dynamodb:TransactGetItems.
  for (const { Get: get } of input.TransactItems) context.touches(tableArn(context, get.TableName), 'dynamodb:GetItem');
  const gets = input.TransactItems.map(({ Get: get }) => readGet(get));
  const opened = gets.map((get) => ({ get, table: openTable(context, get.tableName) }));
  const reasons = opened.map(({ get, table }) => keyReason(context, table, get));
  if (reasons.some(({ Code }) => Code !== 'None')) throw transactionCancelled(reasons);
  const ids = new Set(opened.map(({ get, table }) => `${table.name} ${rowId(table.key, get.key)}`));
  if (ids.size < opened.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
  const found = opened.map(({ get, table }) => ({ table, ...get.from(table) }));
  return {
    Responses: found.map(({ item }) => (item === undefined ? {} : { Item: item })),
    ConsumedCapacity: consumedCapacities(
      input.ReturnConsumedCapacity,
      // AWS charges transactions double.
      found.map(({ table, size }) => ({ table, units: 2 * readUnits(size, true) })),
      'Read',
    ),
  };
};
