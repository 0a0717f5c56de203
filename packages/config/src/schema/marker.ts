import type { $ZodType } from 'zod/v4/core';
import type { ParamOptions } from './param.ts';
import type { SecretOptions } from './secret.ts';

/**
 * The names of the markers among a schema's traits. In a file without zod, which costs 43 ms of CPU
 * to load.
 */
export const SECRET_TRAIT = 'TwelvefoldSecret';
export const PARAM_TRAIT = 'TwelvefoldParam';
export const DERIVED_TRAIT = 'TwelvefoldDerived';

/** The options that `secret()` or `param()` gave a key. */
export type Marker =
  | { readonly kind: 'secret'; readonly innerType: $ZodType; readonly options: SecretOptions }
  | { readonly kind: 'param'; readonly innerType: $ZodType; readonly options: ParamOptions };
