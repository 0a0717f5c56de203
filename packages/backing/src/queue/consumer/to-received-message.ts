import type { SqsMessage } from '@twelvefold/aws';
import type { ReceivedMessage } from '../port.ts';

/**
 * A message of a ReceiveMessage answer in the shape that both hosts share. Binary attributes are among the typed ones alone. The MD5 is left
 * out: both transports have held the body against it.
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
    typedAttributes: message.MessageAttributes,
  };
}
