import type { Action, CallContext } from '../../core/service.ts';
import type { Usage } from './capacity.ts';
import { consumedCapacities, readUnits } from './capacity.ts';
import { validationError } from './errors.ts';
import { CONFLICT, isHeld } from './held-items.ts';
import { checkInput } from './input/check-input.ts';
import type { Checked, CheckedMembers } from './input/shape.ts';
import { COLLECTION_METRICS, CONSUMED_CAPACITY } from './input/shape.ts';
import { rowId } from './item-store.ts';
import type { Get } from './reads.ts';
import { GET, readGet } from './reads.ts';
import type { Table } from './table.ts';
import { openTable, tableArn } from './table-store.ts';
import type { CancellationReason } from './transaction.ts';
import { once, transact, transactionCancelled, validationReason } from './transaction.ts';
import type { Attributes } from './values/value.ts';
import { sizeOf } from './values/value.ts';
import type { Write } from './write.ts';
import {
  collectionMetrics,
  DELETE,
  PUT,
  readConditionCheck,
  readDelete,
  readPut,
  readUpdate,
  UPDATE,
  writeUsage,
} from './write.ts';

const TRANSACT_GET_ITEMS_INPUT = {
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
  const input = checkInput(raw, TRANSACT_GET_ITEMS_INPUT);
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

const ENTRY = {
  type: 'structure',
  members: {
    ConditionCheck: {
      type: 'structure',
      members: { ...DELETE, ConditionExpression: { type: 'string', required: true } },
    },
    Put: { type: 'structure', members: PUT },
    Delete: { type: 'structure', members: DELETE },
    Update: { type: 'structure', members: { ...UPDATE, UpdateExpression: { type: 'string', required: true } } },
  },
} as const;

const TRANSACT_WRITE_ITEMS_INPUT = {
  TransactItems: { type: 'list', of: ENTRY, min: 1, max: 100, required: true },
  ClientRequestToken: { type: 'string', min: 1, max: 36 },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ReturnItemCollectionMetrics: COLLECTION_METRICS,
} as const;

/** Source: the API reference: the items of a transaction are at most 4 MB together. */
const MAX_BYTES = 4 * 1024 * 1024;

function readEntry(entry: Checked<typeof ENTRY>): Write {
  const { ConditionCheck, Put, Delete, Update } = entry;
  if (Object.keys(entry).length !== 1) {
    throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  if (Put !== undefined) return readPut(Put);
  if (Update !== undefined) return readUpdate(Update);
  if (Delete !== undefined) return readDelete(Delete);
  return readConditionCheck(ConditionCheck as CheckedMembers<typeof DELETE>); // the one that is left
}

interface Metered {
  readonly table: Table;
  readonly changes: boolean;
  readonly target: Attributes | undefined;
}

function metricsOf(mode: string | undefined, done: readonly Metered[]) {
  const metrics: Record<string, unknown[]> = {};
  for (const { table, changes, target } of done) {
    const metric = changes ? collectionMetrics(mode, table, target) : undefined;
    if (metric !== undefined) metrics[table.name] = [...(metrics[table.name] ?? []), metric];
  }
  return Object.keys(metrics).length > 0 ? metrics : undefined;
}

/**
 * IAM checks the action of each entry (PutItem, UpdateItem, DeleteItem, ConditionCheckItem), not
 * dynamodb:TransactWriteItems.
 */
export const transactWriteItems: Action = async (raw, context) => {
  const input = checkInput(raw, TRANSACT_WRITE_ITEMS_INPUT);
  for (const entry of input.TransactItems) {
    for (const [member, change] of Object.entries(entry)) {
      if (change !== undefined) context.touches(tableArn(context, change.TableName), `dynamodb:${member}Item`);
    }
  }
  const writes = input.TransactItems.map(readEntry);
  const bytes = writes.reduce((total, { target }) => total + sizeOf(target), 0);
  if (bytes > MAX_BYTES) throw validationError('The items of a transaction cannot exceed 4 MB together');
  let done: Array<Usage & Metered> | undefined;
  await once(context, input.ClientRequestToken, input, async () => {
    const outcomes = await transact(context, writes);
    done = outcomes.map(({ table, row, after }, index) => {
      const before = row?.item;
      const changes = after !== before;
      // AWS charges transactions double.
      return { ...writeUsage({ table, before, after }, 2), table, changes, target: writes[index]?.target };
    });
  });
  // A repetition under the same token is charged for reading the items.
  const repeated = () =>
    writes.map(({ tableName, target }) => {
      const table = openTable(context, tableName);
      return { table, units: 2 * readUnits(table.byId.get(rowId(table.key, target))?.size ?? 0, true) };
    });
  const mode = input.ReturnConsumedCapacity;
  return {
    ConsumedCapacity:
      done === undefined ? consumedCapacities(mode, repeated(), 'Read') : consumedCapacities(mode, done, 'Write'),
    ItemCollectionMetrics: metricsOf(input.ReturnItemCollectionMetrics, done ?? []),
  };
};
