import type { Action } from '../../../core/service.ts';
import { topicArnOf } from '../topic-of.ts';
import { topicStore } from '../topic-store.ts';

/** Deletes the subscriptions too. A topic that is not there is no error. */
export const deleteTopic: Action = (input, context) => {
  context.stores.get(topicStore).topics.delete(topicArnOf(input, context));
};
