import type { Action } from '../../../core/service.ts';
import { consumedCapacities, readUnits, writeUnits } from '../capacity.ts';
import { validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { COLLECTION_METRICS, CONSUMED_CAPACITY } from '../input/members.ts';
import type { Checked, CheckedMembers } from '../input/shape.ts';
import { openTable, tableArn } from '../tables/find-table.ts';
import { once } from '../transactions/once.ts';
import { transact } from '../transactions/transact.ts';
import { sizeOf } from '../values/size-of.ts';
import { bytesOf } from '../writes/bytes-of.ts';
import { readConditionCheck, readDelete } from '../writes/read-delete.ts';
import { readPut } from '../writes/read-put.ts';
import { readUpdate } from '../writes/read-update.ts';
import type { Write } from '../writes/write.ts';
import { DELETE, PUT, UPDATE } from '../writes/write-input.ts';

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

const INPUT = {
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

/** AWS charges transactions double, and a repetition under the same token only for reading the items. */
function unitsOf(
  mode: string | undefined,
  written: ReadonlyArray<{ table: { name: string }; bytes: number }>,
  isNew: boolean,
) {
  const units = (bytes: number) => 2 * (isNew ? writeUnits(bytes) : readUnits(bytes, true));
  return consumedCapacities(
    mode,
    written.map(({ table, bytes }) => ({ table, units: units(bytes) })),
  );
}

/** IAM checks the action of each entry (PutItem, UpdateItem, DeleteItem, ConditionCheckItem), not dynamodb:TransactWriteItems. */
export const transactWriteItems: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
  for (const entry of input.TransactItems) {
    for (const [member, change] of Object.entries(entry)) {
      if (change !== undefined) context.touches(tableArn(context, change.TableName), `dynamodb:${member}Item`);
    }
  }
  const writes = input.TransactItems.map(readEntry);
  const bytes = writes.reduce((total, { target }) => total + sizeOf(target), 0);
  if (bytes > MAX_BYTES) throw validationError('The items of a transaction cannot exceed 4 MB together');
  let written: ReadonlyArray<{ table: { name: string }; bytes: number }> | undefined;
  once(context, input.ClientRequestToken, input, () => {
    written = transact(context, writes).map(({ table, row, after }) => ({
      table,
      bytes: bytesOf({ before: row?.item, after }),
    }));
  });
  const repeated = () =>
    writes.map((write) => ({ table: openTable(context, write.tableName), bytes: sizeOf(write.target) }));
  return {
    ConsumedCapacity: unitsOf(input.ReturnConsumedCapacity, written ?? repeated(), written !== undefined),
  };
};
