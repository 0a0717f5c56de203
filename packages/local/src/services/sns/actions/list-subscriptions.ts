import type { Action } from '../../../core/service.ts';
import { listPage } from '../subscription-list.ts';
import { liveSubscriptions } from '../topic.ts';
import { topicStore } from '../topic-store.ts';

export const listSubscriptions: Action = (input, context) => {
  const { topics } = context.stores.get(topicStore);
  return listPage(
    input,
    [...topics.values()].flatMap((topic) => liveSubscriptions(topic, context.clock.now())),
  );
};
