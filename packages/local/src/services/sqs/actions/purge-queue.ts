import type { Action } from '../../../core/service.ts';
import { sqsError } from '../errors.ts';
import { queueOf } from '../queue-of.ts';

const PURGE_EVERY_MS = 60_000;

export const purgeQueue: Action = (input, context) => {
  const queue = queueOf(input, context);
  const { state } = queue;
  const now = context.clock.now();
  if (state.purgedAt !== undefined && now - state.purgedAt < PURGE_EVERY_MS) {
    throw sqsError(
      'PurgeQueueInProgress',
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
    );
  }
  state.purgedAt = now;
  queue.purge();
};
