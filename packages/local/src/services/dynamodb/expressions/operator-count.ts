import { validationError } from '../errors.ts';

/** Source: "Service quotas": 300 operators and functions in an expression. */
const MAX_OPERATORS = 300;

/** Counts the operators of one expression. The result throws ServiceError for the 301st. */
export function createOperatorCount(): () => void {
  let operators = 0;
  return () => {
    operators += 1;
    if (operators > MAX_OPERATORS) {
      throw validationError(`The expression contains too many operators; operator count: ${operators}`);
    }
  };
}
