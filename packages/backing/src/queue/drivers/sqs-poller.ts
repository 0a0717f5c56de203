/** The source of a queue in a service. @module */
import { sqs } from '@twelvefold/aws';
import type { SourceContext, SourcePoller } from '../../source.ts';
import { componentConsumer } from '../consumer-options.ts';
import type { QueueDefinition } from '../queue.ts';
import { queueWarnings } from './queue-warnings.ts';
import { createSqsConsumer } from './sqs-consumer.ts';

/**
 * Makes the poller of a component's queue. Its start looks once for risky settings of the real
 * queue.
 */
export function createSqsPoller(definition: QueueDefinition, context: SourceContext): SourcePoller {
  const consumer = createSqsConsumer(componentConsumer(definition, context));
  return {
    ...consumer,
    start: (signal) => {
      void warnOfRisks(definition, context, signal);
      return consumer.start(signal);
    },
  };
}

/** Never rejects: the health check reports a queue that cannot be read. */
async function warnOfRisks(definition: QueueDefinition, context: SourceContext, signal?: AbortSignal): Promise<void> {
  try {
    const input = { QueueUrl: context.target, AttributeNames: ['RedrivePolicy'] };
    const { Attributes: attributes = {} } = await context.aws.call(sqs, 'GetQueueAttributes', input, {
      access: 'read',
      signal,
    });
    for (const warning of queueWarnings(definition, { attributes })) context.warn(warning);
  } catch {
    // See above.
  }
}
