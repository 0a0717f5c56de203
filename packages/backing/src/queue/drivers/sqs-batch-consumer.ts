import type { StandardSchemaV1 } from '@standard-schema/spec';
import { createBatchHandler } from '../consumer/batch-handler.ts';
import type { SqsConsumerOptions } from '../consumer-options.ts';
import { consumerBase } from '../consumer-options.ts';
import type { QueueBatchConsumer } from '../port.ts';

/**
 * A consumer of the batches that Lambda receives from one SQS queue, or from topics that the queue
 * subscribes to. The outcome of a message follows the rules of `createSqsConsumer`.
 *
 * @throws TypeError or RangeError for an option that is unknown, missing or out of range.
 * @example
 * ```ts
 * const { handleBatch } = createSqsBatchConsumer({
 *   definition: orders,
 *   url,
 *   deadLetterUrl,
 *   aws,
 *   component: 'orders',
 *   handle: async (order, info, scope) => place(order, scope.signal),
 * });
 * ```
 */
export function createSqsBatchConsumer<S extends StandardSchemaV1>(options: SqsConsumerOptions<S>): QueueBatchConsumer {
  const base = consumerBase(options);
  return { name: `consumer:${base.queue}`, handleBatch: createBatchHandler(base) };
}
