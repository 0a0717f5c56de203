import { ATTRIBUTES, PLACEHOLDERS, TABLE_NAME } from '../input/members.ts';
import type { CheckedMembers, Members } from '../input/shape.ts';
import type { LEGACY_GET } from '../legacy/legacy-input.ts';

/** What the read of one item looks like, alone or in a transaction. */
export const GET = {
  TableName: { ...TABLE_NAME, required: true },
  Key: { ...ATTRIBUTES, required: true },
  ProjectionExpression: { type: 'string' },
  ExpressionAttributeNames: PLACEHOLDERS.ExpressionAttributeNames,
} as const satisfies Members;

export type GetInput = CheckedMembers<typeof GET> & CheckedMembers<typeof LEGACY_GET>;
