import { ATTRIBUTES, CONSUMED_CAPACITY, NAME, PLACEHOLDERS, TABLE_NAME } from '../input/members.ts';
import type { CheckedMembers, Members } from '../input/shape.ts';
import type { LEGACY_PAGE } from '../legacy/legacy-input.ts';

/** What Query and Scan have in common. */
export const PAGE = {
  TableName: { ...TABLE_NAME, required: true },
  IndexName: NAME,
  Select: {
    type: 'string',
    values: ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
  },
  Limit: { type: 'Integer', min: 1 },
  ConsistentRead: { type: 'boolean' },
  ExclusiveStartKey: ATTRIBUTES,
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ProjectionExpression: { type: 'string' },
  FilterExpression: { type: 'string' },
  ...PLACEHOLDERS,
} as const satisfies Members;

export type PageInput = CheckedMembers<typeof PAGE> & CheckedMembers<typeof LEGACY_PAGE>;
