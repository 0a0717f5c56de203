import type { Action } from '../../../core/service.ts';
import { addTags, requireTags } from '../../json-tags.ts';
import { taggedParameter } from '../tagged-parameter.ts';

export const addTagsToResource: Action = (input, context) => {
  addTags(taggedParameter(input, context).tags, requireTags(input), 'TooManyTagsError');
  return {};
};
