import type { Clock } from '@twelvefold/lifecycle';
import type { ConsumerEvent } from '../consumer-event.ts';
import { createBatchHandler } from './batch-handler.ts';
import type { MessageCoreDeps } from './message-core.ts';
import { createMessageCore } from './message-core.ts';

export interface TopicBatchHandlerDeps {
  queue: string;
  concurrency: number;
  clock: Clock;
  core: Omit<MessageCoreDeps, 'emit'>;
  /** Without a listener no event is made. */
  emit: ((event: ConsumerEvent) => void) | undefined;
}

/** Lambda repeats an asynchronous invocation that failed a minute later, and once more two minutes after that (developer guide, retry behaviour). */
const REPEATED_AFTER_MS = 60_000;

/**
 * Handles the records of an SNS event by the very rules of the queue's own messages. What differs is what nobody here decides: when a failed one
 * comes again is Lambda's to say, and none of them keeps an order.
 */
export function createTopicBatchHandler({ queue, concurrency, clock, core, emit }: TopicBatchHandlerDeps) {
  const told =
    emit &&
    ((event: ConsumerEvent) => emit(event.type === 'retried' ? { ...event, delayMs: REPEATED_AFTER_MS } : event));
  return createBatchHandler({
    queue,
    visibility: undefined,
    concurrency,
    fifo: false,
    core: createMessageCore({ ...core, emit: told }),
    clock,
    emit: told,
  });
}
