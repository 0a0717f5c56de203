import type { $ZodType } from 'zod/v4/core';
import type { ParamOptions } from './param.ts';
import type { SecretOptions } from './secret.ts';

/** What `secret()` or `param()` said about a key. */
export type Marker =
  | { readonly kind: 'secret'; readonly innerType: $ZodType; readonly options: SecretOptions }
  | { readonly kind: 'param'; readonly innerType: $ZodType; readonly options: ParamOptions };
