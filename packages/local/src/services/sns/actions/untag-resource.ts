import { readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { taggedTopic } from '../tagged-topic.ts';

export const untagResource: Action = (input, context) => {
  const { tags } = taggedTopic(input, context);
  for (const key of readStrings(input, 'TagKeys') ?? []) tags.delete(key);
  return {};
};
