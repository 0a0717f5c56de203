import { validationError } from '../errors.ts';
import type { ConditionalOperator } from './legacy-input.ts';

/** @throws ServiceError for an operator with nothing, or one condition only, to combine. */
export function checkConditionalOperator(operator: ConditionalOperator | undefined, conditions: object = {}): void {
  const count = Object.keys(conditions).length;
  if (operator === undefined || count > 1) return;
  throw validationError(
    count === 0
      ? 'ConditionalOperator cannot be used without Filter or Expected'
      : 'ConditionalOperator can only be used when Filter or Expected has two or more elements',
  );
}
