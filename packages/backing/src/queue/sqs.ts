/** The SQS drivers of a queue: its sender and its consumer. @module */
export { createSqsConsumer, type SqsConsumerOptions } from './sqs-consumer.ts';
export { createSqsSender, type SqsSenderOptions } from './sqs-sender.ts';
