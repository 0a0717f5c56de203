import type { Action } from '../../../core/service.ts';
import { taggedTopic } from '../tagged-topic.ts';

export const listTagsForResource: Action = (input, context) => ({
  Tags: [...taggedTopic(input, context).tags].map(([Key, Value]) => ({ Key, Value })),
});
