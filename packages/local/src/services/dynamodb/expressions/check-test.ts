import { validationError } from '../errors.ts';
import type { AttributeType, AttributeValue } from '../values/attribute-value.ts';
import { ATTRIBUTE_TYPES, typeOf } from '../values/attribute-value.ts';
import { sortable } from '../values/sortable.ts';
import type { Test } from './condition.ts';
import type { Operand } from './operand.ts';
import { showPath } from './path.ts';

const OPERANDS: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
const SIZELESS: readonly AttributeType[] = ['N', 'BOOL', 'NULL'];

const incorrectType = (what: string, name: string, type: string) =>
  validationError(`Incorrect operand type for operator or function; ${what}: ${name}, operand type: ${type}`);

/** The type that an operand is known to have without an item. */
function knownType(operand: Operand): AttributeType | undefined {
  if (operand.kind === 'value') return typeOf(operand.value);
  return operand.kind === 'function' ? 'N' : undefined; // only size() is an operand
}

function checkCount(name: string, operands: readonly Operand[]): void {
  for (const operand of operands) if (operand.kind === 'function') checkCount(operand.name, operand.args);
  if (operands.length === OPERANDS[name]) return;
  throw validationError(
    'Incorrect number of operands for operator or function; ' +
      `operator or function: ${name}, number of operands: ${operands.length}`,
  );
}

function checkDistinct(name: string, operands: readonly Operand[]): void {
  const [first, second, third] = operands;
  if (third !== undefined || first?.kind !== 'path' || second?.kind !== 'path') return;
  if (JSON.stringify(first.path) !== JSON.stringify(second.path)) return;
  throw validationError(
    'The first operand must be distinct from the remaining operands for this operator or function; ' +
      `operator: ${name}, first operand: ${showPath(first.path)}`,
  );
}

function checkTypeName(operand: Operand | undefined): void {
  const type = operand === undefined ? undefined : knownType(operand);
  if (operand?.kind !== 'value' || !('S' in operand.value)) {
    throw incorrectType('operator or function', 'attribute_type', type ?? `{${ATTRIBUTE_TYPES.join(',')}}`);
  }
  const name = operand.value.S;
  if (!ATTRIBUTE_TYPES.some((known) => known === name)) {
    throw validationError(
      `Invalid attribute type name found; type: ${name}, valid types: {${ATTRIBUTE_TYPES.join(',')}}`,
    );
  }
}

function checkFunction(name: string, operands: readonly Operand[]): void {
  for (const operand of operands) if (operand.kind === 'function') checkFunction(operand.name, operand.args);
  const [first] = operands;
  if ((name === 'attribute_exists' || name === 'attribute_not_exists') && first?.kind !== 'path') {
    throw validationError(`Operator or function requires a document path; operator or function: ${name}`);
  }
  if (name === 'attribute_type') checkTypeName(operands[1]);
  if (name === 'begins_with') {
    const odd = operands.map(knownType).find((type) => type !== undefined && type !== 'S' && type !== 'B');
    if (odd !== undefined) throw incorrectType('operator or function', name, odd);
  }
  const type = first === undefined ? undefined : knownType(first);
  if (name === 'size' && type !== undefined && SIZELESS.includes(type)) {
    throw incorrectType('operator or function', name, type);
  }
}

function checkOrdered(name: string, operands: readonly Operand[]): void {
  const odd = operands.map(knownType).find((type) => type !== undefined && !ORDERED.includes(type));
  if (odd !== undefined) throw incorrectType('operator', name, odd);
}

const showValue = (value: AttributeValue) => `AttributeValue: {${typeOf(value)}:${Object.values(value).join('')}}`;

function checkBounds(low: Operand, high: Operand): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const bounds = `lower bound operand: ${showValue(low.value)}, upper bound operand: ${showValue(high.value)}`;
  if (typeOf(low.value) !== typeOf(high.value)) {
    throw validationError(`The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
  }
  if ((sortable(low.value) ?? '') > (sortable(high.value) ?? '')) {
    throw validationError(
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
    );
  }
}

/** @throws ServiceError for what no item could make right: operand counts, equal operands, types. */
export function checkTest(test: Test): void {
  if (test.kind === 'call') checkCount(test.name, test.operands);
  else for (const operand of test.operands) if (operand.kind === 'function') checkCount(operand.name, operand.args);
  if (test.kind === 'compare') checkDistinct(test.comparator, test.operands);
  if (test.kind === 'call') {
    checkDistinct(test.name, test.operands);
    checkFunction(test.name, test.operands);
    return;
  }
  for (const operand of test.operands) if (operand.kind === 'function') checkFunction(operand.name, operand.args);
  if (test.kind === 'compare' && test.comparator !== '=' && test.comparator !== '<>') {
    checkOrdered(test.comparator, test.operands);
  }
  if (test.kind === 'between') {
    checkOrdered('BETWEEN', test.operands);
    checkBounds(test.operands[1], test.operands[2]);
  }
}
