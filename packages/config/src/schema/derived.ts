import type { output } from 'zod/v4/core';
import { $constructor, $ZodType } from 'zod/v4/core';
import type { Secret } from '../secret.ts';
import type { DerivedDefinition } from './leaf.ts';
import { DERIVED_TRAIT } from './marker.ts';
import { resolveDerived } from './resolve-derived.ts';

/** The schemas that a key is made from, by name. */
export type DerivedInputs = Readonly<Record<string, $ZodType>>;

/** A value that is made from a secret is a secret. */
export type DerivedOutput<I extends DerivedInputs, R> = [Extract<output<I[keyof I]>, Secret<unknown>>] extends [never]
  ? R
  : Secret<R>;

/** A key that no source has: it is made from others. */
export interface DerivedSchema<T = unknown> extends $ZodType<T, undefined> {}

const DerivedType = $constructor<$ZodType & { _zod: { def: DerivedDefinition } }>(DERIVED_TRAIT, (inst, def) => {
  $ZodType.init(inst, def);
  // Absence is how it always comes; the value is put there after everything else has been
  // validated.
  inst._zod.optin = 'optional';
  inst._zod.parse = (payload) => {
    payload.value = undefined;
    return payload;
  };
});

/**
 * A key that is made from other keys and looked for nowhere. The inputs are the very schemas that
 * stand elsewhere in the same config, so their types are known; what is made from a secret is a
 * secret.
 *
 * @param derive - called once per snapshot with the validated values; must not be asynchronous
 * @throws TypeError when there is no input; `defineConfig` throws one for an input that is not
 * exactly one key of the config.
 * @example
 * ```ts
 * const host = z.string();
 * const password = secret(z.string());
 * const url = derived(
 *   { host, password },
 *   (db) => `mysql://app:${db.password.reveal()}@${db.host}/`,
 * );
 * const schema = z.object({
 *   database: z.object({ host, password, url }),
 * });
 * ```
 */
export function derived<I extends DerivedInputs, R>(
  inputs: I,
  derive: (inputs: { readonly [K in keyof I]: output<I[K]> }) => R,
): DerivedSchema<DerivedOutput<I, R>> {
  if (typeof inputs !== 'object' || inputs === null || Object.keys(inputs).length === 0) {
    throw new TypeError('Cannot derive a config key: it has no input; name the schemas that it is made from');
  }
  if (typeof derive !== 'function') {
    throw new TypeError(
      'Cannot derive a config key: it needs a function of its inputs, e.g. derived({ host }, (all) => all.host)',
    );
  }
  // The constructor's type has the marker's shape only; loadConfig calls `derive` with the output
  // of the inputs' schemas.
  const definition = { inputs, derive: derive as DerivedDefinition['derive'], resolve: resolveDerived };
  return new DerivedType({ type: 'custom', ...definition }) as unknown as never;
}
