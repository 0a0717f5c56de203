import type { StandardSchemaV1 } from '@standard-schema/spec';
import { createPoller } from './consumer/poller.ts';
import type { QueueConsumer } from './port.ts';
import type { SqsConsumerOptions } from './sqs-consumer-parts.ts';
import { sqsConsumerParts } from './sqs-consumer-parts.ts';

/**
 * A consumer of one SQS queue. Long-running hosts `start` it and it polls; on Lambda each event goes to `handleBatch`. What
 * becomes of a message is decided in one place for both:
 *
 * - The handler returns, or throws `Drop`: acknowledged.
 * - It throws `Poison`, or the message is not JSON or does not fit the schema: sent to the dead-letter queue with `reason`,
 *   `errorFingerprint`, `sourceQueue` and `correlationId` as attributes, then deleted. That is two calls, so a crash between them
 *   leaves it in both: at least once.
 * - It throws `Retry` or anything else: delivered again after the given time, or after 1 s, 2 s, 4 s ... up to 15 minutes, half of
 *   it random. When it fails at the last receive that the definition's `maxReceives` allows, it is moved like poison, with the kind of the error
 *   as `reason`. What was interrupted at its last receive, or asked to come later, SQS moves, without a note.
 *
 * On a FIFO queue one message of a group is handled at a time, groups side by side; when one comes again the rest of its group goes back too.
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
  const parts = sqsConsumerParts(options);
  const poller = createPoller(parts.poller);
  return {
    ...parts.batches,
    ...poller,
    [Symbol.asyncDispose]: async () => {
      await poller.drain();
      await poller.stop();
    },
  };
}
