import { ServiceError } from '../../../core/service-error.ts';
import type { Attributes } from '../values/attribute-value.ts';

/** Why one entry kept a transaction from going through; `None` for entries that did not. */
export interface CancellationReason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'TransactionConflict' | 'ValidationError';
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

/** The reason that a refusal of one entry is; any other error is thrown on. */
export function validationReason(error: unknown): CancellationReason {
  if (error instanceof ServiceError && error.code === 'ValidationException') {
    return { Code: 'ValidationError', Message: error.message };
  }
  throw error;
}
