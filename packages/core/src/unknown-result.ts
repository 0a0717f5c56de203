import { TwelvefoldError } from './error.ts';

/**
 * The result of a write that a dry run did not make. Awaiting it, and not reading it, is fine.
 *
 * @param call - for the error, e.g. `orders.update()`
 */
export function unknownResult(call: string): object {
  const refuse = (property: PropertyKey) => {
    // An `await` asks for `then`, and a log for symbols.
    if (property === 'then' || typeof property === 'symbol') return undefined;
    throw new TwelvefoldError(
      'DRY_RUN_UNKNOWN',
      `Cannot read '${String(property)}' of the result of ${call}: the dry run did not make this write; skip the rest where ctx.dryRun is true`,
    );
  };
  return new Proxy(Object.create(null), { get: (_, property) => refuse(property) });
}
