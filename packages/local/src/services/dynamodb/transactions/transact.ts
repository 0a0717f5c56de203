import type { CallContext } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import { evaluateCondition } from '../expressions/evaluate-condition.ts';
import { openTable } from '../tables/find-table.ts';
import type { Row } from '../tables/row.ts';
import { rowId } from '../tables/row.ts';
import type { Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { commit } from '../writes/commit.ts';
import type { Write } from '../writes/write.ts';
import type { CancellationReason } from './cancellation.ts';
import { transactionCancelled, validationReason } from './cancellation.ts';

/** What one entry would do. */
interface Outcome {
  readonly table: Table;
  readonly row: Row | undefined;
  readonly after: Attributes | undefined;
}

type Result = { readonly outcome: Outcome } | { readonly reason: CancellationReason };

function tryWrite(table: Table, write: Write): Result {
  try {
    write.check(table);
    const row = table.byId.get(rowId(table.key, write.target));
    if (write.condition !== undefined && !evaluateCondition(write.condition, row?.item)) {
      const item = write.returnsItemOnFailure && row !== undefined ? { Item: row.item } : {};
      return { reason: { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...item } };
    }
    return { outcome: { table, row, after: write.after(table, row?.item) } };
  } catch (error) {
    return { reason: validationReason(error) };
  }
}

/** Identifies the item that a write is about, as far as its key can be read at all. */
function targetOf(table: Table, write: Write): string | undefined {
  try {
    return `${table.name} ${rowId(table.key, write.target)}`;
  } catch {
    return undefined; // an incomplete key: refused as a reason of its own
  }
}

/**
 * Makes all writes or none: every condition and every update sees the items as they were before the transaction.
 *
 * @throws ServiceError `TransactionCanceledException` with one reason per entry.
 */
export function transact(context: CallContext, writes: readonly Write[]): readonly Outcome[] {
  const tables = writes.map(({ tableName }) => openTable(context, tableName));
  const entries = writes.map((write, index) => ({ write, table: tables[index] as Table })); // one table per write
  const targets = entries.map(({ table, write }) => targetOf(table, write)).filter((target) => target !== undefined);
  if (new Set(targets).size < targets.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
  const results = entries.map(({ table, write }) => tryWrite(table, write));
  if (results.some((result) => 'reason' in result)) {
    throw transactionCancelled(results.map((result) => ('reason' in result ? result.reason : { Code: 'None' })));
  }
  const outcomes = results.flatMap((result) => ('outcome' in result ? [result.outcome] : []));
  for (const { table, row, after } of outcomes) commit(table, context.clock.now(), row, after);
  return outcomes;
}
