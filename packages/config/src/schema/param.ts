import { assertKnownOptions } from '@twelvefold/core/internal';
import type { input, output } from 'zod/v4/core';
import { $constructor, $ZodType } from 'zod/v4/core';
import { PARAM_TRAIT } from './marker.ts';
import { acceptsAbsence } from './unwrap.ts';

/** A zod schema with the input and output of `S`, and the place of its value. */
export interface ParamSchema<S extends $ZodType = $ZodType> extends $ZodType<output<S>, input<S>> {}

/** Where a plain key is kept, when the convention does not fit. */
export interface ParamOptions {
  /**
   * The whole name in Parameter Store, beginning with `/`; may contain `{app}` and `{stage}`.
   * Without `{stage}` all stages share it, and the infrastructure does not make it. @defaultValue
   * `/{app}/{stage}/` and the path
   */
  name?: string;
  /** The version (a number) or the label that is read. @defaultValue the latest */
  version?: number | string;
  /**
   * The infrastructure puts the default into Parameter Store and owns the value from then on: each
   * deployment may change it, and `config push` refuses to. @defaultValue false: the default is the
   * schema's, and a pushed value stays
   */
  provisioned?: boolean;
  /** The environment variable. @defaultValue the path in constant case */
  env?: string;
}

const OPTIONS = ['name', 'version', 'provisioned', 'env'];

type Internals = $ZodType & { _zod: { def: { type: 'custom'; innerType: $ZodType; options: ParamOptions } } };

const ParamType = $constructor<Internals>(PARAM_TRAIT, (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.parse = (payload, ctx) => def.innerType._zod.run(payload, ctx);
});

/**
 * Marks a plain config key whose name does not follow the convention. Around an object it makes one
 * key of it: one parameter with JSON.
 *
 * @throws TypeError when `inner` accepts absence (write `z.optional(param(z.string()))`) and for an
 * unknown option.
 * @example
 * ```ts
 * const schema = z.object({
 *   currency: param(z.string(), { name: '/shared/currency' }),
 *   pricing: param(z.object({ taxRate: z.number() }), { version: 'live' }),
 * });
 * ```
 */
export function param<S extends $ZodType>(inner: S, options: ParamOptions = {}): ParamSchema<S> {
  assertKnownOptions('mark a parameter', options, OPTIONS);
  if (typeof inner !== 'object' || inner === null || !('_zod' in inner)) {
    throw new TypeError('Cannot mark a parameter: param() takes a zod 4 schema, e.g. param(z.string())');
  }
  if (acceptsAbsence(inner)) {
    throw new TypeError(
      'Cannot mark a parameter: what may be absent is the key, so the wrapper goes outside, e.g. z.optional(param(z.string()))',
    );
  }
  // The constructor's type has the marker's shape only; input and output are those of `inner`.
  return new ParamType({ type: 'custom', innerType: inner, options }) as unknown as ParamSchema<S>;
}
