import { validationError } from '../errors.ts';
import type { Attributes, AttributeValue } from '../values/attribute-value.ts';
import { copyAttributes } from '../values/attribute-value.ts';
import { addDecimals, formatDecimal, negateDecimal, parseDecimal } from '../values/decimal.ts';
import { changeAt } from './change-at.ts';
import type { Operand } from './operand.ts';
import { valueAt } from './path.ts';
import type { SetValueOf, UpdateAction } from './update.ts';

const wrongType = () => validationError('An operand in the update expression has an incorrect data type');

const missing = () => validationError('The provided expression refers to an attribute that does not exist in the item');

function plus(left: AttributeValue, right: AttributeValue, operator: '+' | '-'): AttributeValue {
  if (!('N' in left) || !('N' in right)) throw wrongType();
  const added = parseDecimal(right.N);
  return {
    N: formatDecimal(addDecimals(parseDecimal(left.N), operator === '+' ? added : negateDecimal(added))),
  };
}

function evaluate(operand: Operand, item: Attributes): AttributeValue {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') {
    const value = valueAt(item, operand.path);
    if (value === undefined) throw missing();
    return value;
  }
  const [first, second] = operand.args as [Operand, Operand]; // both functions take two: checked before
  if (operand.name === 'if_not_exists') {
    const value = first.kind === 'path' ? valueAt(item, first.path) : undefined;
    return value ?? evaluate(second, item);
  }
  const [head, tail] = [evaluate(first, item), evaluate(second, item)];
  if (!('L' in head) || !('L' in tail)) throw wrongType();
  return { L: [...head.L, ...tail.L] };
}

function evaluateSet(value: SetValueOf<Operand>, item: Attributes): AttributeValue {
  if (value.kind === 'operand') return evaluate(value.operand, item);
  const [left, right] = value.operands;
  return plus(evaluate(left, item), evaluate(right, item), value.operator);
}

const union = (left: readonly string[], right: readonly string[]) => [...new Set([...left, ...right])];

function add(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (old === undefined) return value;
  if ('SS' in old && 'SS' in value) return { SS: union(old.SS, value.SS) };
  if ('NS' in old && 'NS' in value) return { NS: union(old.NS, value.NS) };
  if ('BS' in old && 'BS' in value) return { BS: union(old.BS, value.BS) };
  return plus(old, value, '+');
}

/** What is left of a set; undefined when nothing is, since a set cannot be empty. */
function subtract(old: AttributeValue | undefined, value: AttributeValue): AttributeValue | undefined {
  if (old === undefined) return undefined;
  const without = (members: readonly string[], removed: readonly string[]) =>
    members.filter((member) => !removed.includes(member));
  if ('SS' in old && 'SS' in value) {
    const SS = without(old.SS, value.SS);
    return SS.length === 0 ? undefined : { SS };
  }
  if ('NS' in old && 'NS' in value) {
    const NS = without(old.NS, value.NS);
    return NS.length === 0 ? undefined : { NS };
  }
  if ('BS' in old && 'BS' in value) {
    const BS = without(old.BS, value.BS);
    return BS.length === 0 ? undefined : { BS };
  }
  throw wrongType();
}

function newValue(action: UpdateAction, item: Attributes): AttributeValue | undefined {
  if (action.kind === 'REMOVE') return undefined;
  if (action.kind === 'SET') return evaluateSet(action.value, item);
  const old = valueAt(item, action.path);
  return action.kind === 'ADD' ? add(old, action.value) : subtract(old, action.value);
}

/**
 * The item after an update; `item` is its state before, which every operand of the expression reads.
 *
 * @throws ServiceError for a missing attribute, a wrong type, a path that leads nowhere or a number out of range.
 */
export function applyUpdate(actions: readonly UpdateAction[], item: Attributes): Attributes {
  const changes = actions.map((action) => ({ path: action.path, value: newValue(action, item) }));
  return changeAt(copyAttributes(item), changes);
}
