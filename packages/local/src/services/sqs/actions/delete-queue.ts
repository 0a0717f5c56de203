import type { Action } from '../../../core/service.ts';
import { queueOf } from '../queue-of.ts';
import { queueStore } from '../queue-store.ts';

export const deleteQueue: Action = (input, context) => {
  context.stores.get(queueStore).remove(queueOf(input, context), context.clock);
};
