import type { StandardSchemaV1 } from '@standard-schema/spec';
import { createPoller } from '../consumer/poller.ts';
import type { SqsConsumerOptions } from '../consumer-options.ts';
import { consumerBase } from '../consumer-options.ts';
import type { QueueConsumer } from '../port.ts';

/**
 * A consumer that polls one SQS queue, for long-running hosts. On Lambda use
 * `createSqsBatchConsumer`, which decides the outcome of a message by the same rules:
 *
 * - The handler returns, or throws `Drop`: acknowledged.
 * - It throws `Poison`, or the message is not JSON or the schema refuses it: sent to the
 *   dead-letter queue with `reason`, `errorFingerprint`, `sourceQueue` and `correlationId` as
 *   attributes, then deleted. A crash between these two calls leaves it in both queues.
 * - It throws `Retry` or anything else: delivered again after the given time, or after 1 s, 2 s, 4
 *   s ... up to 15 minutes, half of it random. When it fails at the last receive that the
 *   definition's `maxReceives` allows, it is moved like poison, with the kind of the error as
 *   `reason`. SQS moves messages that were interrupted at their last receive, or that asked to come
 *   later, without a note.
 *
 * On a FIFO queue one message of a group is handled at a time, and groups side by side; when a
 * message comes again, the rest of its group goes back behind it.
 *
 * Delivery is at least once: make effects idempotent.
 *
 * @throws TypeError or RangeError for an option that is unknown, missing or out of range.
 * @example
 * ```ts
 * const consumer = createSqsConsumer({
 *   definition: orders,
 *   url,
 *   deadLetterUrl,
 *   aws,
 *   component: 'orders',
 *   handle: async (order, info, scope) => place(order, scope.signal),
 * });
 * await consumer.start();
 * ```
 */
export function createSqsConsumer<S extends StandardSchemaV1>(options: SqsConsumerOptions<S>): QueueConsumer {
  const base = consumerBase(options);
  const poller = createPoller(base);
  return {
    name: `consumer:${base.queue}`,
    ...poller,
    [Symbol.asyncDispose]: async () => {
      await poller.drain();
      await poller.stop();
    },
  };
}
