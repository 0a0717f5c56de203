import type { SendMessageEntry } from '@twelvefold/aws';
import type { TraceContext } from '@twelvefold/lifecycle';
import { currentScope, durationMs } from '@twelvefold/lifecycle';
import { assertMessageSize } from '../message/assert-message-size.ts';
import type { EncodedMessage } from '../message/encode-message.ts';
import { encodeMessage } from '../message/encode-message.ts';
import { messageBytes } from '../message/message-bytes.ts';
import { orderOf } from '../message/order.ts';
import { outgoingAttributes, stringAttribute } from '../message/outgoing-attributes.ts';
import type { Prepared } from '../message/send-all.ts';
import type { QueueDefinition } from './definition.ts';
import type { SendOptions } from './port.ts';
import { SQS_LIMITS } from './sqs-limits.ts';

type Entry = Omit<SendMessageEntry, 'Id'>;

/**
 * What would be sent for one message, checked but not sent. At once where its schema answers at once.
 *
 * @param sending the trace of the span that sends it, else it carries the scope's
 * @throws TwelvefoldError `MESSAGE_INVALID` or `MESSAGE_TOO_LARGE`; RangeError for a delay that SQS would refuse.
 */
export function prepareEntry(
  definition: QueueDefinition,
  message: unknown,
  { delay, group, deduplicationId }: Pick<SendOptions, 'delay' | 'group' | 'deduplicationId'>,
  sending?: TraceContext,
): Prepared<Entry> | Promise<Prepared<Entry>> {
  const action = `send message to queue '${definition.name}'`;
  const delayMs = delay === undefined ? undefined : durationMs(delay);
  if (delayMs !== undefined && (delayMs > SQS_LIMITS.delayMs || delayMs % 1_000 !== 0)) {
    throw new RangeError(`Cannot ${action}: delay is ${delay}; SQS allows whole seconds from 0 s to 15 m`);
  }
  if (delayMs !== undefined && definition.fifo) {
    throw new RangeError(`Cannot ${action}: a FIFO queue has one delay for all of its messages, none for each`);
  }
  const scope = currentScope();
  const trace = sending ?? scope?.trace;
  const encoded = encodeMessage(action, definition.schema, message);
  return encoded instanceof Promise ? encoded.then(toEntry) : toEntry(encoded);

  function toEntry({ body, value }: EncodedMessage): Prepared<Entry> {
    const attributes = outgoingAttributes(scope, trace);
    const bytes = messageBytes(body, attributes);
    assertMessageSize(action, bytes, SQS_LIMITS.bytes);
    const order = orderOf(action, definition.fifo, value, { group, deduplicationId });
    return {
      bytes,
      // A group of a standard queue is there for fairness, and says nothing of order.
      ...(definition.fifo ? { lane: order.MessageGroupId } : {}),
      entry: {
        MessageBody: body,
        ...order,
        MessageAttributes: attributes,
        ...(trace?.xray ? { MessageSystemAttributes: { AWSTraceHeader: stringAttribute(trace.xray) } } : {}),
        ...(delayMs === undefined ? {} : { DelaySeconds: delayMs / 1_000 }),
      },
    };
  }
}
