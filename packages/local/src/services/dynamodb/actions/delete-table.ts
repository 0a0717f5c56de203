import type { Action } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { TABLE_NAME } from '../input/members.ts';
import { STORE } from '../store.ts';
import { closeStream } from '../streams/shards.ts';
import { describeTable } from '../tables/describe-table.ts';
import { openNamedTable, tableArn } from '../tables/find-table.ts';

export const deleteTable: Action = (raw, context) => {
  const { TableName } = checkInput(raw, { TableName: { ...TABLE_NAME, required: true } } as const);
  context.touches(tableArn(context, TableName));
  const table = openNamedTable(context, TableName);
  if (table.deletionProtected) {
    throw validationError(
      `Resource cannot be deleted as it is currently protected against deletion. ` +
        'Disable deletion protection first.',
    );
  }
  const now = context.clock.now();
  if (table.stream !== undefined && table.stream.disabledAtMs === undefined) closeStream(table.stream, now);
  context.stores.get(STORE).tables.delete(table.name);
  // AWS answers DELETING and forgets the table within seconds; here it is gone by the next call.
  return { TableDescription: describeTable(table, 'DELETING') };
};
