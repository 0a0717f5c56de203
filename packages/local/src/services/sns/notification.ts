import type { MessageAttribute, MessageAttributes } from '../sqs/queue-types.ts';
import { DEFAULT_CONTENT_TYPE } from './delivery-policy.ts';
import type { MessageSignature } from './signing.ts';
import type { Subscription } from './topic.ts';

/** A published message. */
export interface Notification {
  readonly messageId: string;
  readonly topicArn: string;
  /**
   * By protocol, and under `default` for all others: more than that with `MessageStructure: json`
   * alone.
   */
  readonly messages: Readonly<Record<string, string>>;
  readonly subject: string | undefined;
  readonly attributes: MessageAttributes;
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
}

/** The text of a notification for subscriptions of `protocol`. */
export const messageFor = ({ messages }: Notification, protocol: string): string =>
  (Object.hasOwn(messages, protocol) ? messages[protocol] : messages.default) ?? '';

/** The signed part of a notification. */
export const signedFields = (notification: Notification, protocol: string) => ({
  Type: 'Notification',
  MessageId: notification.messageId,
  TopicArn: notification.topicArn,
  Subject: notification.subject,
  Message: messageFor(notification, protocol),
  Timestamp: new Date(notification.publishedAt).toISOString(),
});

const shown = ({ DataType, StringValue, BinaryValue }: MessageAttribute) => ({
  Type: DataType,
  Value: BinaryValue ?? StringValue,
});

/** The attributes as JSON shows them. */
const shownAttributes = ({ attributes }: Notification) =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, shown(attribute)]));

const unsubscribeUrl = (origin: string, { arn }: Subscription) =>
  `${origin}/?Action=Unsubscribe&SubscriptionArn=${arn}`;

/**
 * The body of a delivery without raw delivery, members in the order of AWS. Of a FIFO topic it is
 * not signed.
 */
export function wrap(
  notification: Notification,
  subscription: Subscription,
  signature: MessageSignature | undefined,
  origin: string,
): string {
  const { Type, MessageId, ...rest } = signedFields(notification, subscription.protocol);
  const MessageAttributes = shownAttributes(notification);
  return JSON.stringify({
    Type,
    MessageId,
    SequenceNumber: notification.sequenceNumber,
    ...rest,
    ...signature,
    UnsubscribeURL: unsubscribeUrl(origin, subscription),
    ...(Object.keys(MessageAttributes).length > 0 ? { MessageAttributes } : {}),
  });
}

/**
 * The event that a subscribed function gets: one record, its URLs spelt as Lambda's events spell
 * them.
 */
export function lambdaEvent(
  notification: Notification,
  subscription: Subscription,
  signature: MessageSignature,
  origin: string,
) {
  const { Subject = null, ...rest } = signedFields(notification, subscription.protocol);
  const { SigningCertURL: SigningCertUrl, ...signed } = signature;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: {
          ...rest,
          Subject,
          ...signed,
          SigningCertUrl,
          UnsubscribeUrl: unsubscribeUrl(origin, subscription),
          MessageAttributes: shownAttributes(notification),
        },
      },
    ],
  };
}

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
