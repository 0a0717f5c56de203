import type { Action } from '../../../core/service.ts';
import { writeTags } from '../../json-tags.ts';
import { taggedParameter } from '../tagged-parameter.ts';

export const listTagsForResource: Action = (input, context) => ({
  TagList: writeTags(taggedParameter(input, context).tags),
});
