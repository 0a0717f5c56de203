/** The SQS drivers of a queue: its sender and its consumer. @module */

export type { SqsConsumerOptions } from '../consumer-options.ts';
export { createSqsBatchConsumer } from './sqs-batch-consumer.ts';
export { createSqsConsumer } from './sqs-consumer.ts';
export { createSqsSender, type SqsSenderOptions } from './sqs-sender.ts';
