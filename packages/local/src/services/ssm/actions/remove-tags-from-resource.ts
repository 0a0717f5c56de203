import type { Action } from '../../../core/service.ts';
import { requiredStrings } from '../../json-input.ts';
import { taggedParameter } from '../tagged-parameter.ts';

export const removeTagsFromResource: Action = (input, context) => {
  const { tags } = taggedParameter(input, context);
  for (const key of requiredStrings(input, 'TagKeys')) tags.delete(key);
  return {};
};
