import { AwsError } from '@twelvefold/aws';
import type { CancellationReason } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import type { WriteOperation } from '../table/port.ts';

/**
 * The entries of a cancelled transaction whose condition did not hold, by index; empty for any
 * other error.
 */
export function failedConditions(error: unknown): ReadonlyMap<number, CancellationReason> {
  const failed = new Map<number, CancellationReason>();
  if (!AwsError.isInstance(error, 'TransactionCanceledException')) return failed;
  for (const [index, reason] of (error.cancellationReasons ?? []).entries()) {
    if (reason.Code === 'ConditionalCheckFailed') failed.set(index, reason);
  }
  return failed;
}

/** The error for a transaction that was refused because of `indexes` of `operations`. */
export function conditionFailed(
  operations: readonly WriteOperation[],
  indexes: readonly number[],
  cause: unknown,
): TwelvefoldError {
  const named = indexes.map((index) => `${index} (${describe(operations[index])})`).join(', ');
  return new TwelvefoldError(
    'CONDITION_FAILED',
    `Cannot write ${operations.length} operations together: the condition of operation ${named} does not hold; nothing was written`,
    { cause },
  );
}

function describe(operation: WriteOperation | undefined): string {
  const [kind, input] = Object.entries(operation?.entry ?? {})[0] ?? [];
  return `${kind} on '${(input as { TableName?: string } | undefined)?.TableName}'`; // every kind of entry names its table
}
