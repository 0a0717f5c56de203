import { DEFAULT_CONTENT_TYPE } from './delivery-policy.ts';

/** The headers of a request of SNS ("HTTP/HTTPS headers" in the developer guide). */
export function httpHeaders(message: {
  readonly type: string;
  readonly messageId: string;
  readonly topicArn: string;
  readonly subscriptionArn: string | undefined;
  readonly contentType?: string;
  readonly raw?: boolean;
}): Record<string, string> {
  return {
    'x-amz-sns-message-type': message.type,
    'x-amz-sns-message-id': message.messageId,
    'x-amz-sns-topic-arn': message.topicArn,
    ...(message.subscriptionArn === undefined ? {} : { 'x-amz-sns-subscription-arn': message.subscriptionArn }),
    ...(message.raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
    'content-type': message.contentType ?? DEFAULT_CONTENT_TYPE,
    'user-agent': 'Amazon Simple Notification Service Agent',
    'accept-encoding': 'gzip,deflate',
  };
}
