import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { QueueBatchConsumer } from './port.ts';
import type { SqsConsumerOptions } from './sqs-consumer-parts.ts';
import { sqsConsumerParts } from './sqs-consumer-parts.ts';

/**
 * The part of `createSqsConsumer` that a Lambda function needs: it takes batches by the same rules and does not poll, so that a
 * bundle carries no poller.
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
  return sqsConsumerParts(options).batches;
}
