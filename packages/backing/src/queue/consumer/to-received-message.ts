import type { SqsMessage } from '@twelvefold/aws';
import type { ReceivedMessage } from '../port.ts';

/** A message of a ReceiveMessage answer in the shape that both hosts share. Binary attributes are among the typed ones alone. */
export function toReceivedMessage(message: SqsMessage): ReceivedMessage {
  const messageAttributes: Record<string, string> = {};
  for (const [name, { StringValue }] of Object.entries(message.MessageAttributes ?? {})) {
    if (StringValue !== undefined) messageAttributes[name] = StringValue;
  }
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes ?? {},
    messageAttributes,
    typedAttributes: message.MessageAttributes,
    md5OfBody: message.MD5OfBody,
  };
}
