import type { MessageAttribute, MessageAttributes } from '../sqs/message.ts';
import type { MessageSignature } from './sign-message.ts';
import type { Subscription } from './topic.ts';

/** A published message. */
export interface Notification {
  readonly messageId: string;
  readonly topicArn: string;
  /** By protocol, and under `default` for all others: more than that with `MessageStructure: json` alone. */
  readonly messages: Readonly<Record<string, string>>;
  readonly subject: string | undefined;
  readonly attributes: MessageAttributes;
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
}

/** What a notification says to subscriptions of `protocol`. */
export const messageFor = ({ messages }: Notification, protocol: string): string =>
  (Object.hasOwn(messages, protocol) ? messages[protocol] : messages.default) ?? '';

/** What is signed of a notification. */
export const signedPart = (notification: Notification, protocol: string) => ({
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
export const shownAttributes = ({ attributes }: Notification) =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, shown(attribute)]));

export const unsubscribeUrl = (origin: string, { arn }: Subscription) =>
  `${origin}/?Action=Unsubscribe&SubscriptionArn=${arn}`;

/** The body of a delivery without raw delivery, members in the order of AWS. Of a FIFO topic it is not signed. */
export function wrap(
  notification: Notification,
  subscription: Subscription,
  signature: MessageSignature | undefined,
  origin: string,
): string {
  const { Type, MessageId, ...rest } = signedPart(notification, subscription.protocol);
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
