import type { AttributeValue } from '../values/attribute-value.ts';
import type { Path } from './path.ts';

/** A step of a path as written: a name, `#placeholder` or index. */
export type RawStep = { readonly name: string } | { readonly placeholder: string } | { readonly index: number };

/** An operand as written. */
export type RawOperand =
  | { readonly kind: 'path'; readonly steps: readonly RawStep[] }
  | { readonly kind: 'value'; readonly placeholder: string }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly RawOperand[] };

/** An operand with its placeholders replaced. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly Operand[] };
