import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { CONDITION_FAILED, validationError } from './errors.ts';
import { evaluateCondition } from './expressions/condition.ts';
import { CONFLICT, holding, itemId } from './held-items.ts';
import type { Row } from './item-store.ts';
import { rowId } from './item-store.ts';
import { isEmptyKeyFault } from './key.ts';
import { commit } from './row-writes.ts';
import type { Table } from './table.ts';
import { openTable, STORE } from './table-store.ts';
import type { Attributes } from './values/value.ts';
import type { Write } from './write.ts';

/** Why one entry kept a transaction from going through; `None` for entries that did not. */
export interface CancellationReason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'DuplicateItem' | 'TransactionConflict' | 'ValidationError';
  readonly Message?: string;
  readonly Item?: Attributes;
}

/** One reason per entry, in the order of the entries. */
export function transactionCancelled(reasons: readonly CancellationReason[]): ServiceError {
  const message =
    'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
    `[${reasons.map(({ Code }) => Code).join(', ')}]`;
  // This shape alone spells Message with a capital.
  return new ServiceError('TransactionCanceledException', message, {
    fields: { Message: message, CancellationReasons: reasons },
  });
}

/**
 * The reason for a refused entry. An empty key fails the whole request instead (recorded on AWS);
 * other errors are thrown on.
 */
export function validationReason(error: unknown): CancellationReason {
  if (error instanceof ServiceError && error.code === 'ValidationException' && !isEmptyKeyFault(error.message)) {
    return { Code: 'ValidationError', Message: error.message };
  }
  throw error;
}

/**
 * Source: the API reference of TransactWriteItems: a client token is valid for 10 minutes after the
 * request that used it.
 */
const WINDOW_MS = 10 * 60 * 1000;

/**
 * Equal for equal requests, in whatever order their members come; short, since a request may have
 * megabytes.
 */
function fingerprint(request: unknown): string {
  const text = JSON.stringify(request, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
  return createHash('sha256').update(text).digest('base64');
}

/**
 * Runs `body` unless the same request went through under this token within the window. A request
 * that failed is not remembered.
 *
 * @throws ServiceError `IdempotentParameterMismatchException` when the token was used for a
 *   different request.
 */
export async function once(
  context: CallContext,
  token: string | undefined,
  request: unknown,
  body: () => Promise<void>,
): Promise<void> {
  if (token === undefined) {
    await body();
    return;
  }
  const { transactions, held } = context.stores.get(STORE);
  const now = context.clock.now();
  // In the order of their times: the first that is still remembered ends the search.
  for (const [old, { atMs }] of transactions) {
    if (now - atMs < WINDOW_MS) break;
    transactions.delete(old);
  }
  const requestHash = fingerprint(request);
  const past = transactions.get(token);
  // No table's name has a colon.
  const underway = `token:${token}`;
  if (held.has(underway)) {
    throw new ServiceError(
      'TransactionInProgressException',
      'The transaction with the given request token is already in progress',
    );
  }
  if (past === undefined) {
    await holding(held, [underway], body);
    transactions.set(token, { fingerprint: requestHash, atMs: now });
  } else if (past.fingerprint !== requestHash) {
    throw new ServiceError(
      'IdempotentParameterMismatchException',
      'The client token was used within the last 10 minutes for a request with other parameters',
    );
  }
}

/** The effect that one entry would have. */
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
      const { reason, message } = write.refusal ?? CONDITION_FAILED;
      return { reason: { Code: reason, Message: message, ...item } };
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
    return undefined; // an incomplete key: refused with its own reason
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
 * Makes all writes or none: every condition and every update sees the items as they were before the
 * transaction. It holds its items for a turn of the event loop, as AWS does for some milliseconds:
 * who writes to them meanwhile meets a conflict.
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
    await setImmediate();
    const outcomes = outcomesOf(writes.map((write) => tryWrite(openTable(context, write.tableName), write)));
    for (const { table, row, after } of outcomes) commit(context, table, row, after);
    return outcomes;
  });
}
