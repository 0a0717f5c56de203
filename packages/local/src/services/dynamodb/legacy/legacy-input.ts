import { validationError } from '../errors.ts';
import type { Checked, Members } from '../input/shape.ts';
import { ATTRIBUTES } from '../input/shape.ts';

const OPERATORS = [
  'IN',
  'NULL',
  'BETWEEN',
  'LT',
  'NOT_CONTAINS',
  'EQ',
  'GT',
  'NOT_NULL',
  'NE',
  'LE',
  'BEGINS_WITH',
  'GE',
  'CONTAINS',
] as const;

const VALUES = { type: 'list', of: { type: 'value' } } as const;

const CONDITIONS = {
  type: 'map',
  of: {
    type: 'structure',
    members: {
      ComparisonOperator: { type: 'string', values: OPERATORS, required: true },
      AttributeValueList: VALUES,
    },
  },
} as const;

const CONDITIONAL_OPERATOR = { type: 'string', values: ['OR', 'AND'] } as const;

/** The members that came before expressions, in reads of one item. */
export const LEGACY_GET = {
  AttributesToGet: { type: 'list', min: 1, of: { type: 'string', max: 65535 } },
} as const satisfies Members;

/** ... in queries and scans. */
export const LEGACY_PAGE = {
  ...LEGACY_GET,
  ConditionalOperator: CONDITIONAL_OPERATOR,
} as const satisfies Members;
export const LEGACY_QUERY = {
  ...LEGACY_PAGE,
  QueryFilter: CONDITIONS,
  KeyConditions: CONDITIONS,
} as const satisfies Members;
export const LEGACY_SCAN = { ...LEGACY_PAGE, ScanFilter: CONDITIONS } as const satisfies Members;

/** ... in writes. */
export const LEGACY_WRITE = {
  Expected: {
    type: 'map',
    of: {
      type: 'structure',
      members: {
        Value: { type: 'value' },
        Exists: { type: 'boolean' },
        ComparisonOperator: { type: 'string', values: OPERATORS },
        AttributeValueList: VALUES,
      },
    },
  },
  ConditionalOperator: CONDITIONAL_OPERATOR,
} as const satisfies Members;
export const LEGACY_UPDATE = {
  ...LEGACY_WRITE,
  AttributeUpdates: {
    type: 'map',
    of: {
      type: 'structure',
      members: {
        Value: ATTRIBUTES.of,
        Action: { type: 'string', values: ['DELETE', 'PUT', 'ADD'] },
      },
    },
  },
} as const satisfies Members;

export type ComparisonOperator = (typeof OPERATORS)[number];
export type LegacyConditions = Checked<typeof CONDITIONS>;
export type ExpectedInput = Checked<typeof LEGACY_WRITE.Expected>;
export type AttributeUpdatesInput = Checked<typeof LEGACY_UPDATE.AttributeUpdates>;
export type ConditionalOperator = Checked<typeof CONDITIONAL_OPERATOR>;

/** @throws ServiceError for an operator with nothing, or one condition only, to combine. */
export function checkConditionalOperator(operator: ConditionalOperator | undefined, conditions: object = {}): void {
  const count = Object.keys(conditions).length;
  if (operator === undefined || count > 1) return;
  throw validationError(
    count === 0
      ? 'ConditionalOperator cannot be used without Filter or Expected'
      : 'ConditionalOperator can only be used when Filter or Expected has two or more elements',
  );
}

type Input = Readonly<Record<string, unknown>>;

/**
 * @throws ServiceError when a request has parameters of both times: expressions, and what came
 *   before them.
 */
export function checkMixed(input: Input, legacy: readonly string[], expressions: readonly string[]): void {
  const given = (names: readonly string[]) => names.filter((name) => input[name] !== undefined);
  const [old, current] = [given(legacy), given(expressions)];
  if (old.length === 0 || current.length === 0) return;
  throw validationError(
    'Can not use both expression and non-expression parameters in the same request: ' +
      `Non-expression parameters: {${old.join(', ')}} Expression parameters: {${current.join(', ')}}`,
  );
}
