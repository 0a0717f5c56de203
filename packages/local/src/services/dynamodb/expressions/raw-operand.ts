/** A step of a path as written: a name, `#placeholder` or index. */
export type RawStep = { readonly name: string } | { readonly placeholder: string } | { readonly index: number };

/** An operand as written. */
export type RawOperand =
  | { readonly kind: 'path'; readonly steps: readonly RawStep[] }
  | { readonly kind: 'value'; readonly placeholder: string }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly RawOperand[] };
