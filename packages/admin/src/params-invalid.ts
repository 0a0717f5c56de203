import { TwelvefoldError } from '@twelvefold/core';
import type { FieldFault } from '@twelvefold/lifecycle';

/** The parameters of a task do not fit its schema. The message contains no value. */
export class ParamsInvalid extends TwelvefoldError {
  override readonly name: string = 'ParamsInvalid';
  readonly task: string;
  /** Every fault, with the field it is in. */
  readonly faults: readonly FieldFault[];

  constructor(task: string, faults: readonly FieldFault[]) {
    const list = faults.map(({ field, reason }) => `${field === '' ? '(all)' : field}: ${reason}`).join('; ');
    super('PARAMS_INVALID', `Cannot run task '${task}': its parameters do not fit: ${list}`);
    this.task = task;
    this.faults = faults;
  }

  static override isInstance(error: unknown): error is ParamsInvalid {
    return TwelvefoldError.isInstance(error, 'PARAMS_INVALID');
  }
}
