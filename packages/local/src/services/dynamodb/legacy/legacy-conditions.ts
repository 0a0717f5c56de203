import { validationError } from '../errors.ts';
import type { Comparator, Condition, Operand, Test } from '../expressions/condition.ts';
import type { KeyTest } from '../expressions/key-condition.ts';
import type { Path } from '../expressions/path.ts';
import type { UpdateAction } from '../expressions/update.ts';
import { sortable } from '../values/sort-key.ts';
import type { AttributeType, AttributeValue, RawValue } from '../values/value.ts';
import { normaliseValue, typeOf } from '../values/value.ts';
import type {
  AttributeUpdatesInput,
  ComparisonOperator,
  ConditionalOperator,
  ExpectedInput,
  LegacyConditions,
} from './legacy-input.ts';
import { checkConditionalOperator } from './legacy-input.ts';

/** A comparison of one attribute with values whose number and types fit the operator. */
interface Comparison {
  readonly attribute: string;
  readonly operator: ComparisonOperator;
  readonly values: readonly AttributeValue[];
}

const SCALARS: readonly AttributeType[] = ['S', 'N', 'B'];
const TYPES: Partial<Record<ComparisonOperator, readonly AttributeType[]>> = {
  LE: SCALARS,
  LT: SCALARS,
  GE: SCALARS,
  GT: SCALARS,
  IN: SCALARS,
  BETWEEN: SCALARS,
  BEGINS_WITH: ['S', 'B'],
  CONTAINS: [...SCALARS, 'BOOL', 'NULL'],
  NOT_CONTAINS: [...SCALARS, 'BOOL', 'NULL'],
};

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

function takesCount(operator: ComparisonOperator, count: number): boolean {
  if (operator === 'NULL' || operator === 'NOT_NULL') return count === 0;
  if (operator === 'BETWEEN') return count === 2;
  return operator === 'IN' ? count > 0 : count === 1;
}

/**
 * @throws ServiceError for a bad value, or a number or types of values that the operator does not
 *   take.
 */
function readComparison(attribute: string, operator: ComparisonOperator, raw: readonly RawValue[]): Comparison {
  const values = raw.map((value) => normaliseValue(value));
  if (!takesCount(operator, values.length)) {
    throw invalid(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  }
  const types = values.map(typeOf);
  const allowed = TYPES[operator];
  const odd = allowed === undefined ? undefined : types.find((type) => !allowed.includes(type));
  if (odd !== undefined) throw invalid(`ComparisonOperator ${operator} is not valid for ${odd} AttributeValue type`);
  if (new Set(types).size > 1) throw invalid('AttributeValues inside AttributeValueList must be of same type');
  if (operator === 'BETWEEN') {
    const [low = '', high = ''] = values.map(sortable);
    if (low > high) {
      throw validationError(
        'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
      );
    }
  }
  return { attribute, operator, values };
}

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
function toCondition(
  comparisons: readonly Comparison[],
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  const kind = operator === 'OR' ? 'or' : 'and';
  return comparisons
    .map(conditionOf)
    .reduce<Condition | undefined>((left, right) => (left === undefined ? right : { kind, left, right }), undefined);
}

type Expectation = ExpectedInput[string];

function readExpectation(name: string, expectation: Expectation): Comparison {
  const { Value, Exists, ComparisonOperator, AttributeValueList } = expectation;
  const invalid = (reason: string) =>
    validationError(`One or more parameter values were invalid: ${reason} for Attribute: ${name}`);
  if (ComparisonOperator !== undefined) {
    if (Exists !== undefined) throw invalid('Exists and ComparisonOperator cannot be used together');
    if (Value !== undefined && AttributeValueList !== undefined) {
      throw invalid('Value and AttributeValueList cannot be used together');
    }
    const values = AttributeValueList ?? (Value === undefined ? undefined : [Value]);
    if (values === undefined && ComparisonOperator !== 'NULL' && ComparisonOperator !== 'NOT_NULL') {
      throw invalid(`Value or AttributeValueList must be used with ComparisonOperator: ${ComparisonOperator}`);
    }
    return readComparison(name, ComparisonOperator, values ?? []);
  }
  if (AttributeValueList !== undefined) {
    throw invalid('AttributeValueList can only be used with a ComparisonOperator');
  }
  if (Exists === false) {
    if (Value !== undefined) throw invalid('Value cannot be used when Exists is false');
    return readComparison(name, 'NULL', []);
  }
  if (Value === undefined) throw invalid(`Value must be provided when Exists is ${Exists ?? 'null'}`);
  return readComparison(name, 'EQ', [Value]);
}

/** `Expected` as a condition. @throws ServiceError */
export function readExpected(
  expected: ExpectedInput | undefined,
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  const comparisons = Object.entries(expected ?? {}).map(([name, expectation]) => readExpectation(name, expectation));
  checkConditionalOperator(operator, expected);
  return toCondition(comparisons, operator);
}

/** The comparisons of a QueryFilter, ScanFilter or KeyConditions. @throws ServiceError */
function readComparisons(conditions: LegacyConditions): readonly Comparison[] {
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

const OPERATORS: Partial<Record<Comparison['operator'], KeyTest['operator']>> = {
  EQ: '=',
  LE: '<=',
  LT: '<',
  GE: '>=',
  GT: '>',
  BETWEEN: 'BETWEEN',
  BEGINS_WITH: 'begins_with',
};

/** `KeyConditions` as key tests. @throws ServiceError for what no key can be tested for. */
export function readKeyConditions(conditions: LegacyConditions): readonly KeyTest[] {
  const comparisons = readComparisons(conditions);
  if (comparisons.length !== 1 && comparisons.length !== 2) {
    throw validationError('Conditions can be of length 1 or 2 only');
  }
  return comparisons.map(({ attribute, operator, values }) => {
    const wanted = OPERATORS[operator];
    if (wanted === undefined) {
      throw validationError('Attempted conditional constraint is not an indexable operation');
    }
    return { attribute, operator: wanted, values: values as readonly [AttributeValue, ...AttributeValue[]] }; // counted before
  });
}

const SETS: readonly AttributeType[] = ['SS', 'NS', 'BS'];
const ADDABLE: readonly AttributeType[] = [...SETS, 'N', 'L'];

function readUpdate(name: string, { Action = 'PUT', Value }: AttributeUpdatesInput[string]): UpdateAction {
  const path = [name] as const;
  if (Value === undefined) {
    if (Action === 'DELETE') return { kind: 'REMOVE', path };
    throw invalid('Only DELETE action is allowed when no attribute value is specified');
  }
  const value = normaliseValue(Value);
  const type = typeOf(value);
  if (Action === 'DELETE') {
    if (!SETS.includes(type)) throw invalid(`DELETE action with value is not supported for the type ${type}`);
    return { kind: 'DELETE', path, value };
  }
  if (Action === 'PUT') return { kind: 'SET', path, value: { kind: 'operand', operand: { kind: 'value', value } } };
  if (!ADDABLE.includes(type)) throw invalid(`ADD action is not supported for the type ${type}`);
  if (type !== 'L') return { kind: 'ADD', path, value };
  // To a list, ADD appends, as list_append(if_not_exists(name, []), value) does.
  const old: Operand = {
    kind: 'function',
    name: 'if_not_exists',
    args: [
      { kind: 'path', path },
      { kind: 'value', value: { L: [] } },
    ],
  };
  const appended: Operand = { kind: 'function', name: 'list_append', args: [old, { kind: 'value', value }] };
  return { kind: 'SET', path, value: { kind: 'operand', operand: appended } };
}

/** `AttributeUpdates` as the actions of an update expression. @throws ServiceError */
export function readAttributeUpdates(updates: AttributeUpdatesInput): readonly UpdateAction[] {
  return Object.entries(updates).map(([name, update]) => readUpdate(name, update));
}

/** `AttributesToGet` as the paths of a projection. @throws ServiceError for a name given twice. */
export function readAttributesToGet(names: readonly string[] | undefined): readonly Path[] | undefined {
  const repeated = names?.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) {
    throw validationError(`One or more parameter values were invalid: Duplicate value in attribute name: ${repeated}`);
  }
  return names?.map((name) => [name]);
}
