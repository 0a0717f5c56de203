import { TwelvefoldError } from '@twelvefold/core';

/**
 * Thrown by a handler when no retry can help: the message goes straight to the dead-letter queue,
 * with the reason as an attribute. Keep values of the message out of the reason: it is logged and
 * stored.
 *
 * @example
 * ```ts
 * throw new Poison('order refers to an unknown currency');
 * ```
 */
export class Poison extends TwelvefoldError {
  override readonly name = 'Poison';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super('MESSAGE_POISON', `Message cannot be handled: ${reason}`, options);
    this.reason = reason;
  }

  /** True for a `Poison`, also one of another copy of this package. */
  static override isInstance(error: unknown): error is Poison {
    return TwelvefoldError.isInstance(error, 'MESSAGE_POISON');
  }
}
