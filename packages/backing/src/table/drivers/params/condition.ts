import type { Expression } from '../../../dynamodb/expression.ts';
import type { Condition } from '../../port.ts';
import type { Target } from '../target.ts';
import { storableField } from './storable-field.ts';

/**
 * The text of a condition, or `undefined` when nothing is asked for.
 *
 * @throws TypeError for an unknown member (a misspelt one would write unconditionally) or a contradiction.
 */
export function conditionText<R>(
  { definition }: Target<R>,
  condition: Condition<R> | undefined,
  expression: Expression,
): string | undefined {
  if (condition === undefined) return undefined;
  const subject = `a condition on table '${definition.name}'`;
  const unknown = Object.keys(condition).find((member) => member !== 'exists' && member !== 'equals');
  if (unknown !== undefined) throw new TypeError(`Cannot build ${subject}: unknown member '${unknown}'`);
  const equals = Object.entries(condition.equals ?? {});
  if (condition.exists === false && equals.length > 0) {
    throw new TypeError(`Cannot build ${subject}: a row that must not exist has no fields to compare`);
  }
  const parts = equals.map(([field, value]) =>
    value === undefined
      ? `attribute_not_exists(${expression.name(field)})`
      : `${expression.name(field)} = ${expression.value(storableField(value, field, subject))}`,
  );
  if (condition.exists !== undefined) {
    const check = condition.exists ? 'attribute_exists' : 'attribute_not_exists';
    parts.unshift(`${check}(${expression.name(definition.partitionKey)})`);
  }
  return parts.length > 0 ? parts.join(' AND ') : undefined;
}
