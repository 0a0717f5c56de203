import { TwelvefoldError } from '@twelvefold/core';

/**
 * Thrown by a handler to acknowledge a message without an effect: it is deleted and goes nowhere
 * else.
 *
 * @example
 * ```ts
 * throw new Drop('order was cancelled meanwhile');
 * ```
 */
export class Drop extends TwelvefoldError {
  override readonly name = 'Drop';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super('MESSAGE_DROP', `Message was dropped: ${reason}`, options);
    this.reason = reason;
  }

  /** True for a `Drop`, also one of another copy of this package. */
  static override isInstance(error: unknown): error is Drop {
    return TwelvefoldError.isInstance(error, 'MESSAGE_DROP');
  }
}
