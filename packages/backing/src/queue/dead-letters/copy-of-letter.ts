import type { MessageAttributeValue, SqsMessage } from '@twelvefold/aws/internal';
import { stringAttribute } from '../../message/outgoing-attributes.ts';
import { NOTES } from './dead-letter.ts';
import type { QueueWalk } from './queue-walk.ts';

/** The message as it was first sent: without the notes that a consumer added. */
export function copyOfLetter(message: SqsMessage, to: Pick<QueueWalk, 'url' | 'fifo'>) {
  const attributes: Record<string, MessageAttributeValue> = {};
  const given = message.MessageAttributes ?? {};
  // All of them, or they are the sender's own of the same name.
  const noted = NOTES.every((name) => name in given);
  for (const [name, value] of Object.entries(given)) {
    if (!(noted && (NOTES as readonly string[]).includes(name))) attributes[name] = value;
  }
  const { AWSTraceHeader, MessageGroupId } = message.Attributes ?? {};
  return {
    QueueUrl: to.url,
    MessageBody: message.Body ?? '',
    MessageAttributes: attributes,
    ...(AWSTraceHeader ? { MessageSystemAttributes: { AWSTraceHeader: stringAttribute(AWSTraceHeader) } } : {}),
    ...(MessageGroupId ? { MessageGroupId } : to.fifo ? { MessageGroupId: message.MessageId ?? 'redriven' } : {}),
    // Its own id, or SQS would take it for a repeat of the message that failed within the last five
    // minutes. The dead letter's: a run that died
    // before it could delete is repeated without effect. What fails again is another dead letter.
    ...(to.fifo ? { MessageDeduplicationId: `redrive-${message.MessageId}` } : {}),
  };
}
