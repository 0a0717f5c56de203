import type { Duration } from '@twelvefold/core';
import { durationMs, TwelvefoldError } from '@twelvefold/core';

/**
 * Thrown by a handler to have the message delivered again, after `after` or else with exponential
 * back-off.
 *
 * @example
 * ```ts
 * throw new Retry('30s');
 * ```
 */
export class Retry extends TwelvefoldError {
  override readonly name = 'Retry';
  /** Milliseconds until the next delivery; `undefined` leaves it to the consumer's back-off. */
  readonly afterMs: number | undefined;

  /** @throws RangeError when `after` is not a duration. */
  constructor(after?: Duration, options?: ErrorOptions) {
    super(
      'MESSAGE_RETRY',
      `Handler asked to retry the message${after === undefined ? '' : ` after ${after}`}`,
      options,
    );
    this.afterMs = after === undefined ? undefined : durationMs(after);
  }

  /** True for a `Retry`, also one of another copy of this package. */
  static override isInstance(error: unknown): error is Retry {
    return TwelvefoldError.isInstance(error, 'MESSAGE_RETRY');
  }
}
