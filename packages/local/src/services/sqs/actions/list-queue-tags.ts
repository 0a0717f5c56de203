import type { Action } from '../../../core/service.ts';
import { queueOf } from '../queue-of.ts';

export const listQueueTags: Action = (input, context) => {
  const { tags } = queueOf(input, context);
  return tags.size > 0 ? { Tags: Object.fromEntries(tags) } : {};
};
