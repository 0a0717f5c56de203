import type { QueueBatchConsumer } from '@twelvefold/backing';
import { createSqsBatchConsumer } from '@twelvefold/backing/sqs';
import type { ComponentConsumerOptions } from './consumer-parts.ts';
import { consumerParts } from './consumer-parts.ts';

/** The consumer of a component's queue, as Lambda's batches reach it: nothing here polls. */
export function componentBatches(options: ComponentConsumerOptions): Pick<QueueBatchConsumer, 'handleBatch'> {
  const { options: driver, counted } = consumerParts(options);
  const consumer = createSqsBatchConsumer(driver);
  return {
    async handleBatch(messages, context) {
      const result = await consumer.handleBatch(messages, context);
      await counted.publish(messages.length);
      return result;
    },
  };
}
