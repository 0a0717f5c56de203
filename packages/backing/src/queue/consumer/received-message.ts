import type { SqsMessage } from '@twelvefold/aws/internal';
import type { ReceivedMessage } from '../port.ts';

/**
 * Turns a message of a ReceiveMessage answer into the shape that both hosts share. Binary
 * attributes are only among the typed ones. The MD5 is left out: both transports have compared it
 * with the body.
 */
export function toReceivedMessage(message: SqsMessage): ReceivedMessage {
  const messageAttributes: Record<string, string> = {};
  const given = message.MessageAttributes;
  for (const name in given) {
    const value = given[name]?.StringValue;
    if (value !== undefined) messageAttributes[name] = value;
  }
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes ?? {},
    messageAttributes,
    typedAttributes: given,
    md5OfBody: undefined,
    topicArn: undefined,
  };
}

/** Milliseconds since the oldest of some messages was sent. 0 where no timestamp is a number. */
export function oldestAgeMs(sentTimestamps: Iterable<string | undefined>, nowMs: number): number {
  let oldest = nowMs;
  for (const sent of sentTimestamps) {
    const at = Number(sent);
    // A metric takes only numbers, and must not fail a batch that was handled.
    if (at < oldest) oldest = at;
  }
  return nowMs - oldest;
}
