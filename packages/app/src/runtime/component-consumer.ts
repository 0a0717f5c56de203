import type { QueueConsumer } from '@twelvefold/backing';
import { createSqsConsumer } from '@twelvefold/backing/sqs';
import type { ComponentConsumerOptions } from './consumer-parts.ts';
import { consumerParts } from './consumer-parts.ts';

/** The consumer of a component's queue, as a service polls it. */
export function componentConsumer(options: ComponentConsumerOptions): QueueConsumer {
  const { options: driver, counted } = consumerParts(options);
  const consumer = createSqsConsumer(driver);
  const stopped = new AbortController();
  let counting = Promise.resolve();
  return {
    ...consumer,
    async start(signal) {
      await consumer.start(signal);
      counting = counted.run(() => consumer.health().inFlight, stopped.signal);
    },
    async stop(signal) {
      await consumer.stop(signal);
      stopped.abort();
      await counting;
    },
  };
}
