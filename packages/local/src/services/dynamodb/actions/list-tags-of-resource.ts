import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { openTagged } from '../tables/tags.ts';

const INPUT = { ResourceArn: { type: 'string', min: 1, max: 1283, required: true } } as const;

/** A table has at most 50 tags: one page. */
export const listTagsOfResource: Action = (raw, context) => {
  const { ResourceArn } = checkInput(raw, INPUT);
  context.touches(ResourceArn);
  const { tags } = openTagged(context, ResourceArn);
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
};
