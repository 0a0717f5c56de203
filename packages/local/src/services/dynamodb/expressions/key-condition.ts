import { validationError } from '../errors.ts';
import type { AttributeValue } from '../values/value.ts';
import type { Comparator, Condition, Test } from './condition.ts';

/** The demand of a key condition on one attribute. */
export interface KeyTest {
  readonly attribute: string;
  readonly operator: Exclude<Comparator, '<>'> | 'BETWEEN' | 'begins_with';
  /** Two for BETWEEN, else one. */
  readonly values: readonly [AttributeValue, ...AttributeValue[]];
}

/** `:v < a` says the same as `a > :v`. */
const FLIPPED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

const refuse = (reason: string) => validationError(`Invalid condition in KeyConditionExpression: ${reason}`);
const invalidOperator = (name: string) => validationError(`Invalid operator used in KeyConditionExpression: ${name}`);

function checkOperators(condition: Condition): void {
  if (condition.kind === 'and') {
    checkOperators(condition.left);
    checkOperators(condition.right);
  } else if (condition.kind === 'or' || condition.kind === 'not' || condition.kind === 'in') {
    throw invalidOperator(condition.kind.toUpperCase());
  } else if (condition.kind === 'call' && condition.name !== 'begins_with') throw invalidOperator(condition.name);
  else if (condition.kind === 'compare' && condition.comparator === '<>') throw invalidOperator('<>');
}

function testsOf(condition: Condition): Test[] {
  if (condition.kind === 'and') return [...testsOf(condition.left), ...testsOf(condition.right)];
  return condition.kind === 'or' || condition.kind === 'not' ? [] : [condition]; // or and not: refused before
}

function operatorOf(test: Test): KeyTest['operator'] {
  if (test.kind === 'compare' && test.comparator !== '<>') {
    return test.operands[0].kind === 'value' ? FLIPPED[test.comparator] : test.comparator;
  }
  return test.kind === 'between' ? 'BETWEEN' : 'begins_with';
}

function toKeyTest(test: Test): KeyTest {
  const operator = operatorOf(test);
  if (test.kind !== 'compare' && test.operands[0]?.kind === 'value') {
    throw refuse(`${operator} operator must have the key attribute as its first operand`);
  }
  let attribute: string | undefined;
  const values: AttributeValue[] = [];
  for (const operand of test.operands) {
    if (operand.kind === 'function') {
      throw validationError('KeyConditionExpressions cannot contain nested operations');
    }
    if (operand.kind === 'value') {
      values.push(operand.value);
      continue;
    }
    if (attribute !== undefined) {
      // Twice prefixed, as recorded on AWS.
      throw validationError(
        'Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
      );
    }
    if (operand.path.length > 1) {
      throw validationError('KeyConditionExpressions cannot have conditions on nested attributes');
    }
    attribute = operand.path[0];
  }
  const [first, ...more] = values;
  if (attribute === undefined || first === undefined) throw refuse('No key attribute specified');
  return { attribute, operator, values: [first, ...more] };
}

/**
 * The tests of a KeyConditionExpression, each of another attribute. `keyRange` checks them against
 * a key.
 *
 * @throws ServiceError for what is not a key condition.
 */
export function toKeyTests(condition: Condition): readonly KeyTest[] {
  checkOperators(condition);
  const tests = testsOf(condition).map(toKeyTest);
  if (new Set(tests.map(({ attribute }) => attribute)).size < tests.length) {
    throw validationError('KeyConditionExpressions must only contain one condition per key');
  }
  return tests;
}
