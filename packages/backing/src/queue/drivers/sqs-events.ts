/** The source of a queue in a function. @module */
import { TwelvefoldError } from '@twelvefold/core';
import { isSnsEvent, isSqsEvent } from '@twelvefold/lifecycle/internal/lambda';
import { batchResult, recordsFromSns, recordsFromSqs } from '@twelvefold/lifecycle/lambda';
import type { SourceContext, SourceEvents } from '../../source.ts';
import { componentConsumer } from '../consumer-options.ts';
import type { QueueDefinition } from '../queue.ts';
import { queueWarnings } from './queue-warnings.ts';
import { createSqsBatchConsumer } from './sqs-batch-consumer.ts';

/**
 * Handles the events of a component's function: SQS events, and SNS events of the topics that the
 * queue subscribes to. The first SQS event looks for risky settings of the queue.
 */
export function createSqsEvents(definition: QueueDefinition, context: SourceContext): SourceEvents {
  const consumer = createSqsBatchConsumer(componentConsumer(definition, context));
  let warned = false;
  return async (event, { deadline, context: lambda }) => {
    if (isSnsEvent(event)) {
      const records = recordsFromSns(event);
      for (const { topicArn } of records) {
        if (!subscribesTo(definition, topicArn, context)) throw foreignTopic(context, topicArn);
      }
      const { failedMessageIds } = await consumer.handleBatch(records, { deadline, source: 'topic' });
      if (failedMessageIds.length > 0) throw unacknowledged(context, failedMessageIds.length, records.length);
      return undefined;
    }
    if (!isSqsEvent(event)) {
      const accepted = 'SQS events, and SNS events of the topics that its queue subscribes to';
      throw refused(`the component '${context.component}' takes ${accepted}`);
    }
    if (!warned) {
      warned = true;
      // The time left of a first invocation is the function's timeout, less a part of the last
      // second.
      const functionTimeoutMs = Math.ceil(lambda.getRemainingTimeInMillis() / 1_000) * 1_000;
      for (const warning of queueWarnings(definition, { functionTimeoutMs })) context.warn(warning);
    }
    // Only the deadline: a batch keeps its own reserve of it, and the invocation's signal aborts
    // later.
    const { failedMessageIds } = await consumer.handleBatch(recordsFromSqs(event), { deadline });
    return batchResult(failedMessageIds);
  };
}

/**
 * Whether the queue subscribes to the topic with this ARN, and the topic is not FIFO: SNS FIFO
 * topics cannot invoke functions.
 *
 * Compares ARNs where the environment has the topic's binding. A consumer needs none to receive, so
 * mostly the physical name decides, in any account and region: IAM decides who may invoke the
 * function.
 */
function subscribesTo(
  { subscribe }: QueueDefinition,
  topicArn: string,
  { reference }: Pick<SourceContext, 'reference'>,
): boolean {
  const name = /^arn:[^:]+:sns:[^:]+:[^:]+:([^:]+)$/.exec(topicArn)?.[1];
  return subscribe.some((topic) => {
    if (topic.fifo !== undefined) return false;
    const { physicalName, target } = reference(topic);
    return target ? target === topicArn : name === physicalName;
  });
}

function refused(reason: string): TwelvefoldError {
  return new TwelvefoldError('EVENT_REFUSED', `Cannot handle the event: ${reason}`);
}

function foreignTopic({ component, key }: SourceContext, topicArn: string): TwelvefoldError {
  const topic = JSON.stringify(topicArn.slice(0, 256));
  return refused(
    `the component '${component}' takes messages of the standard topics that the queue '${key}' subscribes to, and ${topic} is not one of them; name it in 'subscribe', or end the function's subscription`,
  );
}

/**
 * Makes Lambda repeat the invocation, and in the end send it to the destination of the function's
 * failed events.
 */
function unacknowledged({ component }: SourceContext, failed: number, all: number): TwelvefoldError {
  return new TwelvefoldError(
    'MESSAGES_UNACKNOWLEDGED',
    `Cannot acknowledge ${failed} of ${all} messages from SNS to '${component}': the log has a line with the reason for each; the invocation fails so that Lambda repeats it`,
  );
}
