import { validationError } from '../errors.ts';
import type { RawOperand, RawStep } from './operand.ts';
import { RESERVED_WORDS } from './reserved-words.ts';

/** @throws ServiceError for a name that DynamoDB reserves; `#placeholders` may stand for any name. */
export function checkReservedSteps(steps: readonly RawStep[]): void {
  for (const step of steps) {
    if ('name' in step && RESERVED_WORDS.has(step.name.toUpperCase())) {
      throw validationError(`Attribute name is a reserved keyword; reserved keyword: ${step.name}`);
    }
  }
}

/** {@link checkReservedSteps} for every path in an operand. */
export function checkReserved(operand: RawOperand): void {
  if (operand.kind === 'path') checkReservedSteps(operand.steps);
  else if (operand.kind === 'function') operand.args.forEach(checkReserved);
}
