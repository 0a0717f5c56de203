import { validationError } from '../errors.ts';
import { sortable } from '../values/sort-key.ts';
import type { AttributeType, AttributeValue } from '../values/value.ts';
import { ATTRIBUTE_TYPES, typeOf } from '../values/value.ts';
import type { Condition, Operand, ParsedCondition, RawCondition, Test, TestOf } from './condition.ts';
import { showPath } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import type { RawOperand } from './raw-operand.ts';
import { checkReserved } from './tokens.ts';

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

/**
 * @throws ServiceError for what no item could make right: operand counts, equal operands, types.
 */
function checkTest(test: Test): void {
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

/** The functions of conditions; `size` is an operand, the others are tests. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
]);

type RawTest = TestOf<RawOperand>;

const misused = (name: string) =>
  validationError(`The function is not allowed to be used this way in an expression; function: ${name}`);

function testsOf(condition: RawCondition): RawTest[] {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return [...testsOf(condition.left), ...testsOf(condition.right)];
  }
  return condition.kind === 'not' ? testsOf(condition.of) : [condition];
}

/** The functions in an operand, inner ones first, as AWS meets them. */
function functionsOf(operand: RawOperand): string[] {
  return operand.kind === 'function' ? [...operand.args.flatMap(functionsOf), operand.name] : [];
}

const functionsIn = (test: RawTest): string[] => [
  ...test.operands.flatMap(functionsOf),
  ...(test.kind === 'call' ? [test.name] : []),
];

function checkUnknown(test: RawTest): void {
  const unknown = functionsIn(test).find((name) => !FUNCTIONS.has(name));
  if (unknown !== undefined) throw validationError(`Invalid function name; function: ${unknown}`);
}

function checkMisused(test: RawTest): void {
  const nested = test.operands.flatMap(functionsOf).find((name) => name !== 'size');
  if (nested !== undefined) throw misused(nested);
  if (test.kind === 'call' && test.name === 'size') throw misused('size');
}

function bind(condition: RawCondition, placeholders: Placeholders): Condition {
  if (condition.kind === 'and' || condition.kind === 'or') {
    const left = bind(condition.left, placeholders);
    return { kind: condition.kind, left, right: bind(condition.right, placeholders) };
  }
  if (condition.kind === 'not') return { kind: 'not', of: bind(condition.of, placeholders) };
  const operands = condition.operands.map((operand) => placeholders.operand(operand));
  const test = { ...condition, operands } as Exclude<Condition, { kind: 'and' | 'or' | 'not' }>; // as many operands as before
  checkTest(test);
  return test;
}

/**
 * Replaces placeholders and checks all that can be known without an item, in AWS's order:
 * parentheses, function names, misuse, reserved words over the whole expression, then test by test.
 */
export function bindCondition(parsed: ParsedCondition, placeholders: Placeholders): Condition {
  if (parsed.hasRedundantParentheses) throw validationError('The expression has redundant parentheses;');
  const tests = testsOf(parsed.condition);
  tests.forEach(checkUnknown);
  tests.forEach(checkMisused);
  for (const test of tests) test.operands.forEach(checkReserved);
  return bind(parsed.condition, placeholders);
}
