import type { Action } from '../../../core/service.ts';
import { taggedTopic } from '../tagged-topic.ts';
import { addTags, readTags } from '../tags.ts';

export const tagResource: Action = (input, context) => {
  addTags(taggedTopic(input, context).tags, readTags(input));
  return {};
};
