import { ATTRIBUTES, ON_CHECK_FAILURE, PLACEHOLDERS, TABLE_NAME } from '../input/members.ts';
import type { CheckedMembers, Members } from '../input/shape.ts';
import type { LEGACY_UPDATE, LEGACY_WRITE } from '../legacy/legacy-input.ts';

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

type Legacy = CheckedMembers<typeof LEGACY_WRITE>;
export type PutInput = CheckedMembers<typeof PUT> & Legacy;
export type DeleteInput = CheckedMembers<typeof DELETE> & Legacy;
export type UpdateInput = CheckedMembers<typeof UPDATE> & CheckedMembers<typeof LEGACY_UPDATE>;
