import type { CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { evaluateCondition } from '../expressions/evaluate-condition.ts';
import { openTable } from '../tables/find-table.ts';
import { rowId } from '../tables/row.ts';
import type { Table } from '../tables/table.ts';
import { CONFLICT, isHeld } from '../transactions/held-items.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { commit } from './commit.ts';
import type { Write } from './write.ts';

/** What a write found and left. */
export interface Written {
  readonly table: Table;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

/** Makes one write: all of it or nothing. @throws ServiceError `ConditionalCheckFailedException` among others. */
export function performWrite(context: CallContext, write: Write): Written {
  const table = openTable(context, write.tableName);
  write.check(table);
  if (isHeld(context, table, write.target)) throw new ServiceError('TransactionConflictException', CONFLICT);
  const row = table.byId.get(rowId(table.key, write.target));
  if (write.condition !== undefined && !evaluateCondition(write.condition, row?.item)) {
    throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', {
      fields: write.returnsItemOnFailure && row !== undefined ? { Item: row.item } : {},
    });
  }
  const after = write.after(table, row?.item);
  commit(table, context.clock.now(), row, after);
  return { table, before: row?.item, after };
}
