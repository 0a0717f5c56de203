export { type HttpEventV2, type HttpResultV2, isHttpEventV2, requestFromV2, resultV2 } from './api-gateway-v2.ts';
export { type LambdaContext, type LambdaHandler, type LambdaInvocation, type LambdaOptions, lambda } from './lambda.ts';
export {
  batchResult,
  isSqsEvent,
  type ReceivedRecord,
  recordsFromSqs,
  type SqsBatchResult,
  type SqsEvent,
  type SqsEventRecord,
} from './sqs-event.ts';
