import { validationError } from '../errors.ts';
import { checkReserved } from './check-reserved.ts';
import { checkTest } from './check-test.ts';
import type { Condition, RawCondition, TestOf } from './condition.ts';
import type { RawOperand } from './operand.ts';
import type { ParsedCondition } from './parse-condition.ts';
import type { Placeholders } from './placeholders.ts';

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
 * Replaces placeholders and checks all that can be known without an item, in AWS's order: parentheses, function names, misuse,
 * reserved words over the whole expression, then test by test.
 */
export function bindCondition(parsed: ParsedCondition, placeholders: Placeholders): Condition {
  if (parsed.hasRedundantParentheses) throw validationError('The expression has redundant parentheses;');
  const tests = testsOf(parsed.condition);
  tests.forEach(checkUnknown);
  tests.forEach(checkMisused);
  for (const test of tests) test.operands.forEach(checkReserved);
  return bind(parsed.condition, placeholders);
}
