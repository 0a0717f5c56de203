export { type AlbEvent, type AlbResult, isAlbEvent, requestFromAlb, resultAlb } from './alb.ts';
export { type AnswerEventOptions, answerEvent } from './answer-event.ts';
export { type HttpEventV1, type HttpResultV1, isHttpEventV1, requestFromV1, resultV1 } from './api-gateway-v1.ts';
export { type HttpEventV2, type HttpResultV2, isHttpEventV2, requestFromV2, resultV2 } from './api-gateway-v2.ts';
export { type EventBridgeEvent, isEventBridgeEvent } from './event-bridge-event.ts';
export { type HttpEvent, type HttpExchange, type HttpResult, readHttpEvent } from './http-event.ts';
export { type InternalExtensionOptions, registerInternalExtension } from './internal-extension.ts';
export { type LambdaContext, type LambdaHandler, type LambdaInvocation, type LambdaOptions, lambda } from './lambda.ts';
export { type LambdaProfile, lambdaProfile } from './lambda-profile.ts';
export { onTerminate, TERMINATE_BUDGET_MS, type TerminatingProcess } from './on-terminate.ts';
export { recordsFromSns, type TopicRecord } from './records-from-sns.ts';
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
