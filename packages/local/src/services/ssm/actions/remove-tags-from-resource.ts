import { requireStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { taggedParameter } from '../tagged-parameter.ts';

export const removeTagsFromResource: Action = (input, context) => {
  const { tags } = taggedParameter(input, context);
  for (const key of requireStrings(input, 'TagKeys')) tags.delete(key);
  return {};
};
