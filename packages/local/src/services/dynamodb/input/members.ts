import type { Members, Shape } from './shape.ts';

export const NAME = { type: 'string', min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ } as const;

/** Where a table's name is wanted, its ARN will do. */
export const TABLE_NAME = { ...NAME, exempt: /^arn:/ } as const;

export const ATTRIBUTES = { type: 'map', of: { type: 'value' } } as const;

export const CONSUMED_CAPACITY = { type: 'string', values: ['INDEXES', 'TOTAL', 'NONE'] } as const;

export const COLLECTION_METRICS = { type: 'string', values: ['SIZE', 'NONE'] } as const;

export const ON_CHECK_FAILURE = { type: 'string', values: ['ALL_OLD', 'NONE'] } as const;

export const RETURN_VALUES = {
  type: 'string',
  values: ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'],
} as const;

export const PLACEHOLDERS = {
  ExpressionAttributeNames: { type: 'map', of: { type: 'string' } },
  ExpressionAttributeValues: ATTRIBUTES,
} as const satisfies Members;

/** What is known, so that it can be refused instead of ignored. */
export const ANYTHING = { type: 'anything' } as const satisfies Shape;
