import { TwelvefoldError } from '@twelvefold/core';

/**
 * The part of a method in a dry run: `pass` calls it, `done` records it and answers with nothing,
 * and
 * `unknown` records it and answers with a value that throws `DRY_RUN_UNKNOWN` when it is read.
 */
export type DryRunMethod = 'pass' | 'done' | 'unknown';

/**
 * A client whose writes are recorded instead of made. Other clients of the task, such as a library
 * that it opens itself, are out of reach.
 *
 * @param methods - the part of each method; one that is not named is `unknown`
 */
export function dryRunClient<C extends object>(
  key: string,
  client: C,
  methods: Readonly<Record<string, DryRunMethod>>,
  onWrite: (resource: string, method: string) => void,
): C {
  const wrapped = Object.entries(client).map(([name, method]: [string, unknown]) => {
    const part = methods[name] ?? 'unknown';
    if (typeof method !== 'function' || part === 'pass') return [name, method];
    const recorded = async () => {
      onWrite(key, name);
      return part === 'done' ? undefined : unknowable(`${key}.${name}()`);
    };
    return [name, recorded];
  });
  return Object.freeze(Object.fromEntries(wrapped)) as C; // the same methods
}

/** A value that cannot be known. Awaiting it, and not reading it, is fine. */
function unknowable(call: string): object {
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
