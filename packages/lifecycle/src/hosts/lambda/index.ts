/** The Lambda host. @module */
export { readHttpEvent } from './http-event.ts';

export { type LambdaHandler, lambdaHandler } from './lambda.ts';

export { recordsFromSns } from './records-from-sns.ts';

export { batchResult, recordsFromSqs } from './sqs-event.ts';
