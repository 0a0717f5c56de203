import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { openTagged } from '../tables/tags.ts';
import { forgetExpiries } from '../tables/time-to-live.ts';

const INPUT = {
  ResourceArn: { type: 'string', min: 1, max: 1283, required: true },
  TagKeys: { type: 'list', of: { type: 'string', min: 1, max: 128 }, required: true },
} as const;

export const untagResource: Action = (raw, context) => {
  const { ResourceArn, TagKeys } = checkInput(raw, INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  for (const key of TagKeys) table.tags.delete(key);
  forgetExpiries(table); // a tag may have set the lag
  return {};
};
