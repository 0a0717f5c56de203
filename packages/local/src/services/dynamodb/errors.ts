import { ServiceError } from '../../core/service-error.ts';

/** The answer of DynamoDB to input that it does not accept. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/**
 * `details` as the control plane gives them, e.g. `Table: orders not found`; the data plane gives
 * none.
 */
export function resourceNotFound(details?: string): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    details === undefined ? 'Requested resource not found' : `Requested resource not found: ${details}`,
  );
}

/**
 * Runs `body`; a ValidationException out of it gets the message that `reword` makes from its
 * message.
 */
export function rewording<T>(reword: (message: string) => string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ValidationException') {
      throw validationError(reword(error.message));
    }
    throw error;
  }
}

/** The answer to a failed condition: an error, and a reason of a transaction. */
export interface Refusal {
  readonly error: string;
  readonly reason: 'ConditionalCheckFailed' | 'DuplicateItem';
  readonly message: string;
}

export const CONDITION_FAILED: Refusal = {
  error: 'ConditionalCheckFailedException',
  reason: 'ConditionalCheckFailed',
  message: 'The conditional request failed',
};
