import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { MessageAttributeValue } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import { builtin, codeOf } from '@twelvefold/core/internal';
import { CORRELATION_ATTRIBUTE } from '@twelvefold/lifecycle/internal';
import { withoutForbiddenText } from '../../message/allowed-text.ts';
import { messageBytes } from '../../message/message-size.ts';
import { stringAttribute } from '../../message/outgoing-attributes.ts';
import type { ReceivedMessage } from '../port.ts';
import { Retry } from '../retry.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';

/** Why a message is moved to the dead-letter queue. */
export interface DeadLetterReason {
  readonly reason: string;
  readonly fingerprint: string;
}

/** The attributes that a dead letter gets. */
export interface DeadLetterNote extends DeadLetterReason {
  /** Physical name of the queue that the message came from. */
  readonly sourceQueue: string;
  readonly correlationId: string;
  /** The queue, and so its dead-letter queue, is FIFO. */
  readonly fifo: boolean;
}

/** Characters of a reason: enough for a few fields; the rest is in the message itself. */
const MAX_REASON = 1_024;

/**
 * 16 hexadecimal digits that are equal for failures of one kind, so that dead letters can be
 * grouped. Ignores numbers, ids and quoted text.
 */
export function fingerprint(reason: string, cause?: unknown): string {
  const kind = cause instanceof Error ? `${cause.name}: ${cause.message}` : '';
  const text = `${reason}\n${kind}`
    .replaceAll(/"[^"]*"|'[^']*'/g, '""')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12,}\b|\d+/gi, '0');
  return builtin('node:crypto').hash('sha256', text, 'hex').slice(0, 16);
}

/**
 * The reason of a message that failed at its last receive. Names and codes only: the text of an
 * error may quote a secret, and the fingerprint separates kinds of failure as well.
 *
 * Returns `undefined` when the handler did not fail: a `Retry` without a cause asks to see the
 * message later, as for a duplicate of one that is being handled, and `ATTEMPT_LOST` means that
 * another consumer has it. Then SQS decides.
 */
export function lastFailure(error: unknown): DeadLetterReason | undefined {
  const failure: unknown = Retry.isInstance(error) ? error.cause : error;
  if (failure === undefined || TwelvefoldError.isInstance(failure, 'ATTEMPT_LOST')) return undefined;
  const code = codeOf(failure);
  const name = failure instanceof Error ? failure.name : typeof failure;
  const kind = code !== undefined ? `${name} ${code}` : name;
  return { reason: `its last receive failed: ${kind}`, fingerprint: fingerprint(kind, failure) };
}

/**
 * Sends the message to the dead-letter queue as it is, with the note in its attributes. The
 * sender's attributes go along as long as they fit: SQS takes ten, and 1 MiB with the body. A body
 * that leaves no room for the note is sent without it: SQS would refuse it, and its own redrive
 * adds no note either.
 */
export async function sendDeadLetter(
  aws: Aws,
  url: string,
  message: ReceivedMessage,
  note: DeadLetterNote,
  signal: AbortSignal,
) {
  await aws.call(
    sqs,
    'SendMessage',
    {
      QueueUrl: url,
      MessageBody: message.body,
      MessageAttributes: deadLetterAttributes(message, note),
      ...orderOf(message, note),
    },
    // Twice in the dead-letter queue is better than not at all.
    { access: 'write', repeatable: true, signal },
  );
}

/**
 * The dead-letter queue of a FIFO queue is FIFO too; a second send within five minutes is a
 * duplicate.
 */
function orderOf({ attributes, messageId }: ReceivedMessage, { fifo }: DeadLetterNote) {
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
  for (const [name, attribute] of Object.entries(senderAttributes(message))) {
    const size = messageBytes('', { [name]: attribute });
    if (Object.keys(attributes).length === SQS_LIMITS.attributes) break;
    if (name in attributes || bytes + size > SQS_LIMITS.bytes) continue;
    attributes[name] = attribute;
    bytes += size;
  }
  return attributes;
}

/** The sender's attributes with their types, without empty ones, which SQS would refuse. */
function senderAttributes(message: ReceivedMessage): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {};
  const add = (name: string, DataType: string, text: string | undefined, bytes: Uint8Array | undefined) => {
    if (text) attributes[name] = { DataType, StringValue: text };
    else if (bytes && bytes.length > 0) attributes[name] = { DataType, BinaryValue: bytes };
  };
  if (message.typedAttributes === undefined) {
    for (const [name, text] of Object.entries(message.messageAttributes)) add(name, 'String', text, undefined);
    return attributes;
  }
  for (const [name, value] of Object.entries(message.typedAttributes)) {
    if ('DataType' in value) add(name, value.DataType, value.StringValue, value.BinaryValue);
    else {
      const bytes = value.binaryValue === undefined ? undefined : Buffer.from(value.binaryValue, 'base64');
      add(name, value.dataType, value.stringValue, bytes);
    }
  }
  return attributes;
}

/** Removes the last `bytes` bytes, and a character that is cut by that. */
function shortened(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  return whole
    .subarray(0, Math.max(0, whole.length - bytes))
    .toString()
    .replace(/\ufffd+$/, '');
}

/** Makes a reason that SQS takes as an attribute: neither empty nor with control characters. */
function clean(reason: string): string {
  const text = withoutForbiddenText(reason);
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1)}…`.toWellFormed() : text || 'unknown';
}
