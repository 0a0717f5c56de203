const BRAND = Symbol.for('twelvefold.error');

/**
 * The base of every error that callers are expected to catch by code. Built-in classes are used wherever one fits.
 *
 * `isInstance` recognizes errors by brand, so two copies of the package in one process still agree.
 */
export class TwelvefoldError extends Error {
  override readonly name: string = 'TwelvefoldError';
  /** Stable, upper-case identifier, e.g. `LIFECYCLE_NOT_READY`. Safe to switch on. */
  readonly code: string;
  readonly [BRAND] = true;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** True for any Twelvefold error, optionally only for one `code`. */
  static isInstance(error: unknown, code?: string): error is TwelvefoldError {
    return (
      error instanceof Error &&
      BRAND in error &&
      (code === undefined || (error as Partial<TwelvefoldError>).code === code)
    );
  }
}
