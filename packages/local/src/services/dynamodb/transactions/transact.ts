import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallContext } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import { evaluateCondition } from '../expressions/evaluate-condition.ts';
import { STORE } from '../store.ts';
import { openTable } from '../tables/find-table.ts';
import type { Row } from '../tables/row.ts';
import { rowId } from '../tables/row.ts';
import type { Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { commit } from '../writes/commit.ts';
import type { Write } from '../writes/write.ts';
import type { CancellationReason } from './cancellation.ts';
import { transactionCancelled, validationReason } from './cancellation.ts';
import { CONFLICT, holding, itemId } from './held-items.ts';

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
    return itemId(table, write.target);
  } catch {
    return undefined; // an incomplete key: refused as a reason of its own
  }
}

/** @throws ServiceError `TransactionCanceledException` unless every result is an outcome. */
function outcomesOf(results: readonly Result[]): readonly Outcome[] {
  if (results.some((result) => 'reason' in result)) {
    throw transactionCancelled(results.map((result) => ('reason' in result ? result.reason : { Code: 'None' })));
  }
  return results.flatMap((result) => ('outcome' in result ? [result.outcome] : []));
}

/**
 * Makes all writes or none: every condition and every update sees the items as they were before the transaction. It holds its
 * items for a turn of the event loop, as AWS does for some milliseconds: who writes to them meanwhile meets a conflict.
 *
 * @throws ServiceError `TransactionCanceledException` with one reason per entry.
 */
export async function transact(context: CallContext, writes: readonly Write[]): Promise<readonly Outcome[]> {
  const { held } = context.stores.get(STORE);
  const entries = writes.map((write) => {
    const table = openTable(context, write.tableName);
    return { write, table, target: targetOf(table, write) };
  });
  const targets = entries.flatMap(({ target }) => target ?? []);
  if (new Set(targets).size < targets.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
  if (targets.some((target) => held.has(target))) {
    const conflict: Result = { reason: { Code: 'TransactionConflict', Message: CONFLICT } };
    outcomesOf(
      entries.map(({ write, table, target }) =>
        target !== undefined && held.has(target) ? conflict : tryWrite(table, write),
      ),
    );
  }
  return holding(held, targets, async () => {
    await nextTurn();
    const outcomes = outcomesOf(writes.map((write) => tryWrite(openTable(context, write.tableName), write)));
    for (const { table, row, after } of outcomes) commit(table, context.clock.now(), row, after);
    return outcomes;
  });
}
