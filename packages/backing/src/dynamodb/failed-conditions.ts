import { AwsError } from '@twelvefold/aws';
import type { CancellationReason } from '@twelvefold/aws/internal';

/** The entries of a cancelled transaction whose condition did not hold, by index; empty for any other error. */
export function failedConditions(error: unknown): ReadonlyMap<number, CancellationReason> {
  const failed = new Map<number, CancellationReason>();
  if (!AwsError.isInstance(error, 'TransactionCanceledException')) return failed;
  for (const [index, reason] of (error.cancellationReasons ?? []).entries()) {
    if (reason.Code === 'ConditionalCheckFailed') failed.set(index, reason);
  }
  return failed;
}
