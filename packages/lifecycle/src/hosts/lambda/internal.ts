/** The Lambda host for sibling packages, and types that signatures name. @module */
export type { AlbEvent, AlbResult } from './alb.ts';
export type { HttpEventV1, HttpResultV1 } from './api-gateway-v1.ts';
export type { HttpEventV2, HttpResultV2 } from './api-gateway-v2.ts';
export { type EventBridgeEvent, isEventBridgeEvent } from './event-bridge-event.ts';
export type { AnswerEventOptions, HttpEvent, HttpEventExchange, HttpResult } from './http-event.ts';
export { type InternalExtensionOptions, registerInternalExtension } from './internal-extension.ts';
export type { LambdaContext, LambdaInvocation, LambdaOptions } from './lambda.ts';
export { type LambdaProfile, lambdaProfile } from './lambda-profile.ts';
export { onTerminate, TERMINATE_BUDGET_MS, type TerminatingProcess } from './on-terminate.ts';
export type { TopicRecord } from './records-from-sns.ts';
export type { ResponseStream, StreamingHandler } from './response-stream.ts';
export { isSnsEvent, type SnsEvent, type SnsEventRecord } from './sns-event.ts';
export {
  isSqsEvent,
  type ReceivedRecord,
  type SqsBatchResult,
  type SqsEvent,
  type SqsEventRecord,
} from './sqs-event.ts';
