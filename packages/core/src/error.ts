const BRAND = Symbol.for('twelvefold.error');
const DOCS = 'https://github.com/twelvefold/twelvefold/blob/main/docs/errors/';

/**
 * The code of a Twelvefold error. The list is closed, so a `switch` over it can be exhaustive.
 * Codes keep their meaning across releases.
 */
export type ErrorCode =
  // Config and start
  | 'BINDINGS_INVALID'
  | 'CONFIG_INVALID'
  | 'STAGE_INVALID'
  // Command lines, tasks, their runs and invocations
  | 'DRY_RUN_UNKNOWN'
  | 'EVENT_REFUSED'
  | 'INVOCATION_INVALID'
  | 'PARAMS_INVALID'
  | 'RUN_DIED'
  | 'RUN_NOT_FOUND'
  | 'RUN_NOT_STARTED'
  | 'RUN_REFUSED'
  | 'RUN_STUCK'
  | 'TOO_MANY_FAILURES'
  | 'USAGE'
  // Calls to AWS; AWS's own code is in AwsError's awsCode
  | 'AWS_CALL_FAILED'
  // Messages, their handlers and consumers
  | 'CONSUMER_ABANDONED'
  | 'CONSUMER_NOT_POLLING'
  | 'CONSUMER_NOT_RECEIVING'
  | 'CONSUMER_STOPPING'
  | 'DEADLINE_NEAR'
  | 'LEASE_LOST'
  | 'MESSAGE_DROP'
  | 'MESSAGE_HELD_BACK'
  | 'MESSAGE_INVALID'
  | 'MESSAGE_POISON'
  | 'MESSAGE_REFUSED'
  | 'MESSAGE_RETRY'
  | 'MESSAGE_TOO_LARGE'
  | 'MESSAGE_UNSENT'
  | 'MESSAGES_UNACKNOWLEDGED'
  // Tables, sessions, caches, locks and idempotency
  | 'ATTEMPT_LOST'
  | 'BATCH_INCOMPLETE'
  | 'CACHE_OVERLOADED'
  | 'CACHE_VALUE_INVALID'
  | 'CLOCK_SKEWED'
  | 'CONDITION_FAILED'
  | 'CURSOR_INVALID'
  | 'LOCK_HELD'
  | 'LOCK_LOST'
  | 'ROW_INVALID'
  | 'SESSION_CONFLICT'
  | 'SESSION_INVALID'
  | 'SESSION_LIMIT'
  | 'SESSION_TOO_LARGE'
  | 'SESSION_UNAVAILABLE'
  | 'TRANSACTION_CONFLICT'
  // SQL databases
  | 'CHECKOUT_NESTED'
  | 'COMMIT_UNKNOWN'
  | 'DATABASE_UNREACHABLE'
  | 'LOGIN_REFUSED'
  | 'POOL_FULL'
  | 'STATEMENT_CANCELLED'
  | 'TRANSACTION_ROLLED_BACK';

/**
 * The base of every error that callers are expected to catch by code.
 *
 * `isInstance` recognizes errors by brand, so it also works across two copies of the package in one
 * process, where `instanceof` does not.
 *
 * @example
 * ```ts
 * try {
 *   await save();
 * } catch (error) {
 *   if (!TwelvefoldError.isInstance(error, 'CONDITION_FAILED')) throw error;
 *   console.error(error.message, error.cause);
 * }
 * ```
 */
export class TwelvefoldError extends Error {
  override readonly name: string = 'TwelvefoldError';
  /** Safe to switch on. */
  readonly code: ErrorCode;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** The page about this code: causes and cures. */
  get docs(): string {
    return `${DOCS}${this.code}.md`;
  }

  /** Whether `error` is a Twelvefold error; with `code`, whether it has that code. */
  static isInstance(error: unknown, code?: ErrorCode): error is TwelvefoldError {
    return (
      error instanceof Error &&
      BRAND in error &&
      (code === undefined || (error as Partial<TwelvefoldError>).code === code)
    );
  }
}
