import { ANYTHING, ATTRIBUTES, ON_CHECK_FAILURE, PLACEHOLDERS, TABLE_NAME } from '../input/members.ts';
import type { CheckedMembers, Members } from '../input/shape.ts';

const CONDITIONAL = {
  TableName: { ...TABLE_NAME, required: true },
  ConditionExpression: { type: 'string' },
  ...PLACEHOLDERS,
  ReturnValuesOnConditionCheckFailure: ON_CHECK_FAILURE,
} as const satisfies Members;

/** What a write looks like, alone or in a transaction. */
export const PUT = { ...CONDITIONAL, Item: { ...ATTRIBUTES, required: true } } as const satisfies Members;
export const DELETE = { ...CONDITIONAL, Key: { ...ATTRIBUTES, required: true } } as const satisfies Members;
export const UPDATE = { ...DELETE, UpdateExpression: { type: 'string' } } as const satisfies Members;

/** What came before expressions. */
export const LEGACY_WRITE = {
  Expected: ANYTHING,
  ConditionalOperator: ANYTHING,
  AttributeUpdates: ANYTHING,
} as const satisfies Members;

export type PutInput = CheckedMembers<typeof PUT>;
export type DeleteInput = CheckedMembers<typeof DELETE>;
export type UpdateInput = CheckedMembers<typeof UPDATE>;
