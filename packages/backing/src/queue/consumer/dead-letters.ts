import type { Aws, MessageAttributeValue } from '@twelvefold/aws';
import { CORRELATION_ATTRIBUTE } from '@twelvefold/lifecycle';
import { withoutForbiddenText } from '../../message/forbidden-text.ts';
import { messageBytes } from '../../message/message-bytes.ts';
import { stringAttribute } from '../../message/outgoing-attributes.ts';
import type { ReceivedMessage } from '../port.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';

/** Why a message goes to the dead-letter queue. */
export interface DeadLetterNote {
  reason: string;
  fingerprint: string;
  /** Physical name of the queue that it came from. */
  sourceQueue: string;
  correlationId: string;
  /** The queue, and so its dead-letter queue, keeps order. */
  fifo: boolean;
}

/** Enough for a few fields; the rest is in the message itself. */
const MAX_REASON = 1_024;

/**
 * Sends the message to the dead-letter queue as it is, with the note in its attributes. Of the sender's own attributes those
 * go along that still fit: SQS takes ten, and 1 MiB with the body. A body that leaves no room for the note goes without: refused, it would
 * come again until SQS moves it, and that has no note either.
 */
export async function sendDeadLetter(
  aws: Aws,
  url: string,
  message: ReceivedMessage,
  note: DeadLetterNote,
  signal: AbortSignal,
) {
  await aws.call(
    'sqs',
    'SendMessage',
    {
      QueueUrl: url,
      MessageBody: message.body,
      MessageAttributes: deadLetterAttributes(message, note),
      ...order(message, note),
    },
    // Twice in the dead-letter queue is better than not at all.
    { access: 'write', repeatable: true, signal },
  );
}

/** The dead-letter queue of a FIFO queue is one too; a second send within five minutes is a repeat. */
function order({ attributes, messageId }: ReceivedMessage, { fifo }: DeadLetterNote) {
  const { MessageGroupId } = attributes;
  if (MessageGroupId === undefined) return {};
  return { MessageGroupId, ...(fifo ? { MessageDeduplicationId: messageId } : {}) };
}

function deadLetterAttributes(message: ReceivedMessage, note: DeadLetterNote): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {
    reason: stringAttribute(clean(note.reason)),
    errorFingerprint: stringAttribute(note.fingerprint),
    sourceQueue: stringAttribute(note.sourceQueue),
    [CORRELATION_ATTRIBUTE]: stringAttribute(note.correlationId),
  };
  const over = messageBytes(message.body, attributes) - SQS_LIMITS.bytes;
  if (over > 0) {
    const reason = shortened(attributes.reason?.StringValue ?? '', over);
    if (reason === '') return {};
    attributes.reason = stringAttribute(reason);
  }
  let bytes = messageBytes(message.body, attributes);
  for (const [name, attribute] of Object.entries(ownAttributes(message))) {
    const size = messageBytes('', { [name]: attribute });
    if (Object.keys(attributes).length === SQS_LIMITS.attributes) break;
    if (name in attributes || bytes + size > SQS_LIMITS.bytes) continue;
    attributes[name] = attribute;
    bytes += size;
  }
  return attributes;
}

/** The sender's attributes, numbers and bytes as such, without empty ones, which SQS would refuse. */
function ownAttributes(message: ReceivedMessage): Record<string, MessageAttributeValue> {
  const own: Record<string, MessageAttributeValue> = {};
  const add = (name: string, DataType: string, text: string | undefined, bytes: Uint8Array | undefined) => {
    if (text) own[name] = { DataType, StringValue: text };
    else if (bytes && bytes.length > 0) own[name] = { DataType, BinaryValue: bytes };
  };
  if (message.typedAttributes === undefined) {
    for (const [name, text] of Object.entries(message.messageAttributes)) add(name, 'String', text, undefined);
    return own;
  }
  for (const [name, value] of Object.entries(message.typedAttributes)) {
    if ('DataType' in value) add(name, value.DataType, value.StringValue, value.BinaryValue);
    else {
      const bytes = value.binaryValue === undefined ? undefined : Buffer.from(value.binaryValue, 'base64');
      add(name, value.dataType, value.stringValue, bytes);
    }
  }
  return own;
}

/** Without its last `bytes` bytes, and without half a character. */
function shortened(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  return whole
    .subarray(0, Math.max(0, whole.length - bytes))
    .toString()
    .replace(/\ufffd+$/, '');
}

/** SQS refuses empty attribute values and control characters. */
function clean(reason: string): string {
  const text = withoutForbiddenText(reason);
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1)}…`.toWellFormed() : text || 'unknown';
}
