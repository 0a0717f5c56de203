import type { Redactor } from '@twelvefold/logging';

/**
 * Makes an error safe for a receiver that prints it without redaction: Lambda's runtime logs what a
 * handler rejects with. Returns the same error if it holds no secret; otherwise an error with its
 * name, code and stack, redacted, and without its cause.
 *
 * @param inspect Node's, from an entry: it is loaded with the first failure, so no cold start pays
 * for it
 */
export function withoutSecrets(
  thrown: unknown,
  redactor: Redactor,
  inspect: typeof import('node:util').inspect,
): unknown {
  const shown = inspect(thrown, { depth: 10, maxStringLength: null });
  if (redactor.text(shown) === shown) return thrown;
  if (!(thrown instanceof Error)) return new Error(redactor.text(String(thrown)));
  const safe = new Error(redactor.text(thrown.message));
  safe.name = redactor.text(thrown.name);
  if (thrown.stack !== undefined) safe.stack = redactor.text(thrown.stack);
  const { code } = thrown as { code?: unknown }; // many have one
  return typeof code === 'string' ? Object.assign(safe, { code: redactor.text(code) }) : safe;
}
