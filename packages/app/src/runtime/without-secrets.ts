import type { Redactor } from '@twelvefold/logging';

/**
 * What is thrown to somebody who prints it and knows of no redaction: Lambda's runtime logs what a handler rejects with. The same
 * error when it holds no secret, or else one with its name, code and stack, redacted, and without its cause.
 *
 * @param inspect Node's, from an entry: it is loaded with the first failure, and no cold start pays for it
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
