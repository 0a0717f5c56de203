export type { AlbEvent, AlbResult } from './alb.ts';
export type { HttpEventV1, HttpResultV1 } from './api-gateway-v1.ts';
export type { HttpEventV2, HttpResultV2 } from './api-gateway-v2.ts';
export { type EventBridgeEvent, isEventBridgeEvent } from './event-bridge-event.ts';
export {
  type AnswerEventOptions,
  type HttpEvent,
  type HttpEventExchange,
  type HttpResult,
  readHttpEvent,
} from './http-event.ts';
export { type InternalExtensionOptions, registerInternalExtension } from './internal-extension.ts';
export {
  type LambdaContext,
  type LambdaHandler,
  type LambdaInvocation,
  type LambdaOptions,
  lambdaHandler,
} from './lambda.ts';
export { type LambdaProfile, lambdaProfile } from './lambda-profile.ts';
export { onTerminate, TERMINATE_BUDGET_MS, type TerminatingProcess } from './on-terminate.ts';
export { recordsFromSns, type TopicRecord } from './records-from-sns.ts';
export type { ResponseStream, StreamingHandler } from './response-stream.ts';
export { isSnsEvent, messagesFromSns, type SnsEvent, type SnsEventRecord, type SnsMessage } from './sns-event.ts';
export {
  batchResult,
  isSqsEvent,
  type ReceivedRecord,
  recordsFromSqs,
  type SqsBatchResult,
  type SqsEvent,
  type SqsEventRecord,
} from './sqs-event.ts';
