import { TwelvefoldError } from '@twelvefold/core';

/** The reason of a message's signal when SQS may have given the message to another consumer. */
export function leaseLost(queue: string): TwelvefoldError {
  return new TwelvefoldError(
    'LEASE_LOST',
    `Lost the lease on a message of queue '${queue}': it may be delivered again`,
  );
}

/** The reason of a message's signal when the consumer has to end before the handler does. */
export function drainForced(queue: string): TwelvefoldError {
  return new TwelvefoldError(
    'CONSUMER_STOPPING',
    `Consumer of queue '${queue}' has to stop: the message will be retried`,
  );
}

/** The reason of a message's signal when its invocation is about to end. */
export function deadlineNear(queue: string): TwelvefoldError {
  return new TwelvefoldError(
    'DEADLINE_NEAR',
    `Invocation is about to end: the message of queue '${queue}' will be retried`,
  );
}
