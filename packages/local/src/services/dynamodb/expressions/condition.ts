import type { Operand, RawOperand } from './operand.ts';

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

interface Logical<K, O> {
  readonly kind: K;
  readonly left: ConditionOf<O>;
  readonly right: ConditionOf<O>;
}

interface Negation<O> {
  readonly kind: 'not';
  readonly of: ConditionOf<O>;
}

/** A test that looks at values: everything but AND, OR and NOT. */
export type TestOf<O> =
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly operands: readonly [O, O] }
  | { readonly kind: 'between'; readonly operands: readonly [O, O, O] }
  | { readonly kind: 'in'; readonly operands: readonly [O, ...O[]] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly O[] };

type ConditionOf<O> = Logical<'and', O> | Logical<'or', O> | Negation<O> | TestOf<O>;

/** A condition as written. */
export type RawCondition = ConditionOf<RawOperand>;
/** A condition with its placeholders replaced. */
export type Condition = ConditionOf<Operand>;
export type Test = TestOf<Operand>;
