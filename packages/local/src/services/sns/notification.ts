import type { MessageAttribute, MessageAttributes } from '../sqs/message.ts';
import type { Subscription } from './topic.ts';

/** A published message. */
export interface Notification {
  readonly messageId: string;
  readonly topicArn: string;
  /** For queues: with `MessageStructure: json` the `sqs` entry, or the default one. */
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: MessageAttributes;
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
}

const shown = ({ DataType, StringValue, BinaryValue }: MessageAttribute) => ({
  Type: DataType,
  Value: BinaryValue ?? StringValue,
});

/**
 * The body of a delivery without raw delivery, members in the order of AWS. Nothing signs it here: the signature is a
 * placeholder that no verifier accepts.
 */
export function wrap(notification: Notification, subscription: Subscription, origin: string): string {
  const { topicArn, sequenceNumber } = notification;
  const region = topicArn.split(':')[3] ?? '';
  const attributes = Object.entries(notification.attributes).map(([name, attribute]) => [name, shown(attribute)]);
  return JSON.stringify({
    Type: 'Notification',
    MessageId: notification.messageId,
    SequenceNumber: sequenceNumber,
    TopicArn: topicArn,
    Subject: notification.subject,
    Message: notification.message,
    Timestamp: new Date(notification.publishedAt).toISOString(),
    ...(sequenceNumber === undefined
      ? {
          SignatureVersion: '1',
          Signature: Buffer.from('not signed by the local endpoint').toString('base64'),
          SigningCertURL: `https://sns.${region}.amazonaws.com/SimpleNotificationService-local.pem`,
        }
      : {}),
    UnsubscribeURL: `${origin}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(attributes.length > 0 ? { MessageAttributes: Object.fromEntries(attributes) } : {}),
  });
}
