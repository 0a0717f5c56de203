import { TwelvefoldError } from './error.ts';

/** A faulty command line. Commands exit with 64 for it (sysexits.h: EX_USAGE). */
export class UsageError extends TwelvefoldError {
  override readonly name = 'UsageError';

  constructor(message: string, options?: ErrorOptions) {
    super('USAGE', message, options);
  }

  static override isInstance(error: unknown): error is UsageError {
    return TwelvefoldError.isInstance(error, 'USAGE');
  }
}
