import type { Attributes, AttributeValue } from '../values/attribute-value.ts';
import { emptyAttributes, typeOf } from '../values/attribute-value.ts';
import { equalValues } from '../values/equal-values.ts';
import { sortable } from '../values/sortable.ts';
import type { Comparator, Condition, Test } from './condition.ts';
import type { Operand } from './operand.ts';
import { valueAt } from './path.ts';

type Value = AttributeValue | undefined;

/** Characters of a string, bytes of a binary, elements of everything that has elements. */
function sizeOfValue(value: Value): Value {
  if (value === undefined) return undefined;
  let size: number | undefined;
  if ('S' in value) size = value.S.length;
  else if ('B' in value) size = Buffer.byteLength(value.B, 'base64');
  else if ('SS' in value) size = value.SS.length;
  else if ('NS' in value) size = value.NS.length;
  else if ('BS' in value) size = value.BS.length;
  else if ('L' in value) size = value.L.length;
  else if ('M' in value) size = Object.keys(value.M).length;
  return size === undefined ? undefined : { N: String(size) };
}

function evaluateOperand(operand: Operand, item: Attributes): Value {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') return valueAt(item, operand.path);
  const [argument] = operand.args; // only size() is an operand
  return argument === undefined ? undefined : sizeOfValue(evaluateOperand(argument, item));
}

/** Undefined for values without a common order: of different types, or not of S, N, B. */
function order(left: AttributeValue, right: AttributeValue): number | undefined {
  if (typeOf(left) !== typeOf(right)) return undefined;
  const [mine, other] = [sortable(left), sortable(right)];
  if (mine === undefined || other === undefined) return undefined;
  if (mine === other) return 0;
  return mine < other ? -1 : 1;
}

function compare(comparator: Comparator, left: Value, right: Value): boolean {
  // A missing attribute differs from everything, even from another missing one; no other comparison holds for it.
  if (left === undefined || right === undefined) return comparator === '<>';
  if (comparator === '=') return equalValues(left, right);
  if (comparator === '<>') return !equalValues(left, right);
  const ordered = order(left, right);
  if (ordered === undefined) return false;
  if (comparator === '<') return ordered < 0;
  if (comparator === '<=') return ordered <= 0;
  return comparator === '>' ? ordered > 0 : ordered >= 0;
}

function beginsWith(value: Value, prefix: Value): boolean {
  if (value === undefined || prefix === undefined) return false;
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
  if ('B' in value && 'B' in prefix) return (sortable(value) ?? '').startsWith(sortable(prefix) ?? '');
  return false;
}

function contains(value: Value, part: Value): boolean {
  if (value === undefined || part === undefined) return false;
  if ('S' in value) return 'S' in part && value.S.includes(part.S);
  if ('B' in value) return 'B' in part && (sortable(value) ?? '').includes(sortable(part) ?? '');
  if ('SS' in value) return 'S' in part && value.SS.includes(part.S);
  if ('NS' in value) return 'N' in part && value.NS.includes(part.N);
  if ('BS' in value) return 'B' in part && value.BS.includes(part.B);
  return 'L' in value && value.L.some((element) => equalValues(element, part));
}

function call(name: string, [first, second]: readonly Value[]): boolean {
  if (name === 'attribute_exists') return first !== undefined;
  if (name === 'attribute_not_exists') return first === undefined;
  if (name === 'begins_with') return beginsWith(first, second);
  if (name === 'contains') return contains(first, second);
  // attribute_type: the type's name has been checked
  return first !== undefined && second !== undefined && 'S' in second && typeOf(first) === second.S;
}

function evaluateTest(test: Test, item: Attributes): boolean {
  const values = test.operands.map((operand) => evaluateOperand(operand, item));
  const [first, second, third] = values;
  if (test.kind === 'call') return call(test.name, values);
  if (test.kind === 'compare') return compare(test.comparator, first, second);
  if (test.kind === 'between') return compare('>=', first, second) && compare('<=', first, third);
  return values.slice(1).some((value) => compare('=', first, value));
}

/** Whether the condition holds for an item; for one that does not exist, every attribute is missing. */
export function evaluateCondition(condition: Condition, item: Attributes | undefined): boolean {
  if (condition.kind === 'and') {
    return evaluateCondition(condition.left, item) && evaluateCondition(condition.right, item);
  }
  if (condition.kind === 'or') {
    return evaluateCondition(condition.left, item) || evaluateCondition(condition.right, item);
  }
  if (condition.kind === 'not') return !evaluateCondition(condition.of, item);
  return evaluateTest(condition, item ?? emptyAttributes());
}
