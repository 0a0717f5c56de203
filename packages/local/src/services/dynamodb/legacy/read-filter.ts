import type { Condition } from '../expressions/condition.ts';
import { checkConditionalOperator } from './check-conditional-operator.ts';
import type { ConditionalOperator, LegacyConditions } from './legacy-input.ts';
import type { Comparison } from './read-comparison.ts';
import { readComparison } from './read-comparison.ts';
import { toCondition } from './to-condition.ts';

/** The comparisons of a QueryFilter, ScanFilter or KeyConditions. @throws ServiceError */
export function readComparisons(conditions: LegacyConditions): readonly Comparison[] {
  return Object.entries(conditions).map(([name, { ComparisonOperator, AttributeValueList = [] }]) =>
    readComparison(name, ComparisonOperator, AttributeValueList),
  );
}

/** A QueryFilter or ScanFilter as a condition. @throws ServiceError */
export function readFilter(
  conditions: LegacyConditions | undefined,
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  const comparisons = readComparisons(conditions ?? {});
  checkConditionalOperator(operator, conditions);
  return toCondition(comparisons, operator);
}
