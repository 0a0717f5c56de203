/** The SQS drivers of a queue: its sender and its consumer. @module */

export { createSqsBatchConsumer } from './sqs-batch-consumer.ts';
export { createSqsConsumer } from './sqs-consumer.ts';
export { createSqsSender } from './sqs-sender.ts';
