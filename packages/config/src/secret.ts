const BRAND = Symbol.for('twelvefold.secret');

/**
 * A value that prints as `[secret name]` wherever it is printed: JSON, `util.inspect`, template
 * literals, `String()`, error messages. The value itself is in a private field; `reveal()` is the
 * only way out.
 *
 * @example
 * ```ts
 * const apiKey = new Secret('sk_live_0123', 'payments.apiKey');
 * `key: ${apiKey}`; // 'key: [secret payments.apiKey]'
 * apiKey.reveal(); // 'sk_live_0123'
 * ```
 */
export class Secret<T = string> {
  readonly #value: T;
  readonly #name: string;

  /** `name` is what is printed in place of the value, by convention the config key. */
  constructor(value: T, name = '') {
    this.#value = value;
    this.#name = name;
  }

  /** True for a secret, also for one that another copy of this package made. */
  static isInstance(value: unknown): value is Secret<unknown> {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  get [BRAND](): true {
    return true;
  }

  get [Symbol.toStringTag](): string {
    return 'Secret';
  }

  /** Printed in place of the value; empty for a secret without a name. */
  get name(): string {
    return this.#name;
  }

  /**
   * The value itself. Call it where the value is used, not before, and keep the result out of logs.
   */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return this.#name === '' ? '[secret]' : `[secret ${this.#name}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** Arithmetic on a secret gives `NaN`, never something made from its value. */
  [Symbol.toPrimitive](): string {
    return this.toString();
  }

  // The symbol by its registered name: importing node:util for it would tie the class to Node.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
