import type { Action } from '../../../core/service.ts';
import { sqsError } from '../errors.ts';
import { queueOf } from '../queue-of.ts';
import { queueStore } from '../queue-store.ts';

const PURGE_EVERY_MS = 60_000;

export const purgeQueue: Action = (input, context) => {
  const queue = queueOf(input, context);
  const { purgedAt } = context.stores.get(queueStore);
  const last = purgedAt.get(queue.name);
  if (last !== undefined && last >= queue.createdAt && context.clock.now() - last < PURGE_EVERY_MS) {
    throw sqsError(
      'PurgeQueueInProgress',
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
    );
  }
  purgedAt.set(queue.name, context.clock.now());
  queue.purge();
};
