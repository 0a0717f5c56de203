import type { SendMessageEntry } from '@twelvefold/aws';
import { currentScope, durationMs } from '@twelvefold/lifecycle';
import { assertMessageSize } from '../message/assert-message-size.ts';
import { encodeMessage } from '../message/encode-message.ts';
import { messageBytes } from '../message/message-bytes.ts';
import { outgoingAttributes, stringAttribute } from '../message/outgoing-attributes.ts';
import type { QueueDefinition } from './definition.ts';
import type { SendOptions } from './port.ts';
import { SQS_LIMITS } from './sqs-limits.ts';

export interface PreparedEntry {
  entry: Omit<SendMessageEntry, 'Id'>;
  /** What it counts towards SQS's limit per message and per batch. */
  bytes: number;
}

/**
 * What would be sent for one message, checked but not sent.
 *
 * @throws TwelvefoldError `MESSAGE_INVALID` or `MESSAGE_TOO_LARGE`; RangeError for a delay that SQS would refuse.
 */
export async function prepareEntry(
  definition: QueueDefinition,
  message: unknown,
  { delay }: SendOptions,
): Promise<PreparedEntry> {
  const action = `send message to queue '${definition.name}'`;
  const delayMs = delay === undefined ? undefined : durationMs(delay);
  if (delayMs !== undefined && (delayMs > SQS_LIMITS.delayMs || delayMs % 1_000 !== 0)) {
    throw new RangeError(`Cannot ${action}: delay is ${delay}; SQS allows whole seconds from 0 s to 15 m`);
  }
  const scope = currentScope();
  const body = await encodeMessage(action, definition.schema, message);
  const attributes = outgoingAttributes(scope);
  const bytes = messageBytes(body, attributes);
  assertMessageSize(action, bytes, SQS_LIMITS.bytes);
  return {
    bytes,
    entry: {
      MessageBody: body,
      MessageAttributes: attributes,
      ...(scope?.trace.xray ? { MessageSystemAttributes: { AWSTraceHeader: stringAttribute(scope.trace.xray) } } : {}),
      ...(delayMs === undefined ? {} : { DelaySeconds: delayMs / 1_000 }),
    },
  };
}
