import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { TAGS } from '../tables/definition-input.ts';
import { openTagged, readTags } from '../tables/tags.ts';
import { forgetExpiries } from '../tables/time-to-live.ts';

const INPUT = {
  ResourceArn: { type: 'string', min: 1, max: 1283, required: true },
  Tags: { ...TAGS, required: true },
} as const;

export const tagResource: Action = (raw, context) => {
  const { ResourceArn, Tags } = checkInput(raw, INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  for (const [key, value] of readTags(Tags)) table.tags.set(key, value);
  forgetExpiries(table); // a tag may have set the lag
  return {};
};
