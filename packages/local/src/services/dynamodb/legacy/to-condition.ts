import type { Comparator, Condition, Test } from '../expressions/condition.ts';
import type { Operand } from '../expressions/operand.ts';
import type { ConditionalOperator } from './legacy-input.ts';
import type { Comparison } from './read-comparison.ts';

const COMPARATORS: Partial<Record<Comparison['operator'], Comparator>> = {
  EQ: '=',
  NE: '<>',
  LE: '<=',
  LT: '<',
  GE: '>=',
  GT: '>',
};

/** The condition of today that means the same. */
function conditionOf({ attribute, operator, values }: Comparison): Condition {
  const path: Operand = { kind: 'path', path: [attribute] };
  const operands = values.map((value): Operand => ({ kind: 'value', value }));
  const call = (name: string): Test => ({ kind: 'call', name, operands: [path, ...operands] });
  const comparator = COMPARATORS[operator];
  // The casts: readComparison has counted the values.
  if (comparator !== undefined) return { kind: 'compare', comparator, operands: [path, operands[0] as Operand] };
  if (operator === 'BETWEEN') {
    return { kind: 'between', operands: [path, operands[0] as Operand, operands[1] as Operand] };
  }
  if (operator === 'IN') return { kind: 'in', operands: [path, ...operands] };
  if (operator === 'NULL') return call('attribute_not_exists');
  if (operator === 'NOT_NULL') return call('attribute_exists');
  if (operator === 'BEGINS_WITH') return call('begins_with');
  if (operator === 'CONTAINS') return call('contains');
  // Unlike NE, NOT_CONTAINS does not hold for a missing attribute.
  return {
    kind: 'and',
    left: { kind: 'call', name: 'attribute_exists', operands: [path] },
    right: { kind: 'not', of: call('contains') },
  };
}

/** All comparisons, or with OR any of them; undefined when there are none. */
export function toCondition(
  comparisons: readonly Comparison[],
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  const kind = operator === 'OR' ? 'or' : 'and';
  return comparisons
    .map(conditionOf)
    .reduce<Condition | undefined>((left, right) => (left === undefined ? right : { kind, left, right }), undefined);
}
