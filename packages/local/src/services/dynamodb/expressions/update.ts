import type { AttributeValue } from '../values/attribute-value.ts';
import type { Operand, RawOperand, RawStep } from './operand.ts';
import type { Path } from './path.ts';

/** What SET assigns: an operand, or the sum or difference of two. */
export type SetValueOf<O> =
  | { readonly kind: 'operand'; readonly operand: O }
  | { readonly kind: 'arithmetic'; readonly operator: '+' | '-'; readonly operands: readonly [O, O] };

export type Section = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';

/** An update as written: `sections` lists the keywords as they come, to find repeated ones. */
export interface RawUpdate {
  readonly sections: readonly Section[];
  readonly actions: readonly RawUpdateAction[];
}

export type RawUpdateAction =
  | { readonly kind: 'SET'; readonly steps: readonly RawStep[]; readonly value: SetValueOf<RawOperand> }
  | { readonly kind: 'REMOVE'; readonly steps: readonly RawStep[] }
  | { readonly kind: 'ADD' | 'DELETE'; readonly steps: readonly RawStep[]; readonly placeholder: string };

/** One change of an update, with placeholders replaced. */
export type UpdateAction =
  | { readonly kind: 'SET'; readonly path: Path; readonly value: SetValueOf<Operand> }
  | { readonly kind: 'REMOVE'; readonly path: Path }
  | { readonly kind: 'ADD' | 'DELETE'; readonly path: Path; readonly value: AttributeValue };
