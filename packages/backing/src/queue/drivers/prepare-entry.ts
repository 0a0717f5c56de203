import type { SendMessageEntry } from '@twelvefold/aws/internal';
import { durationMs } from '@twelvefold/core';
import { currentScope } from '@twelvefold/lifecycle';
import type { TraceContext } from '@twelvefold/lifecycle/internal';
import type { EncodedMessage } from '../../message/encode-message.ts';
import { encodeMessage } from '../../message/encode-message.ts';
import { assertMessageSize, messageBytes } from '../../message/message-size.ts';
import { orderOf } from '../../message/order.ts';
import { outgoingAttributes, stringAttribute } from '../../message/outgoing-attributes.ts';
import { Prepared } from '../../message/send-all.ts';
import type { SendOptions } from '../port.ts';
import type { QueueDefinition } from '../queue.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';

type Entry = Omit<SendMessageEntry, 'Id'>;
/** The options of one message. */
type MessageOptions = Pick<
  { [K in keyof SendOptions]?: SendOptions[K] | undefined },
  'delay' | 'group' | 'deduplicationId'
>;

/**
 * Makes what checks a message and turns it into an entry of a call. Its messages carry the running
 * scope's correlation id. It answers without a promise where the schema does.
 *
 * @param sending the trace of the span that sends them. @defaultValue the scope's
 */
export function entryPreparer(
  definition: QueueDefinition,
  sending?: TraceContext,
): (message: unknown, options: MessageOptions) => Prepared<Entry> | Promise<Prepared<Entry>> {
  const { schema, fifo } = definition;
  const action = `send message to queue '${definition.name}'`;
  const scope = currentScope();
  const trace = sending ?? scope?.trace;
  const attributesOf = outgoingAttributes(scope, trace);
  const systemAttributes = trace?.xray ? { AWSTraceHeader: stringAttribute(trace.xray) } : undefined;

  const toEntry = ({ body, value }: EncodedMessage, options: MessageOptions, delayMs: number | undefined) => {
    const attributes = attributesOf();
    const bytes = messageBytes(body, attributes);
    assertMessageSize(action, bytes, SQS_LIMITS.bytes);
    const order = orderOf(action, fifo, value, options);
    const entry: Entry = { MessageBody: body, MessageAttributes: attributes };
    if (order.MessageGroupId !== undefined) entry.MessageGroupId = order.MessageGroupId;
    if (order.MessageDeduplicationId !== undefined) entry.MessageDeduplicationId = order.MessageDeduplicationId;
    if (systemAttributes !== undefined) entry.MessageSystemAttributes = systemAttributes;
    if (delayMs !== undefined) entry.DelaySeconds = delayMs / 1_000;
    // A group of a standard queue is for fairness and keeps no order.
    return new Prepared(entry, bytes, fifo && order.MessageGroupId);
  };

  /**
   * @throws TwelvefoldError `MESSAGE_INVALID` or `MESSAGE_TOO_LARGE`; RangeError for a delay that
   * SQS would refuse.
   */
  return (message, options) => {
    const delayMs = options.delay === undefined ? undefined : delayOf(action, definition, options.delay);
    const encoded = encodeMessage(action, schema, message);
    return encoded instanceof Promise
      ? encoded.then((late) => toEntry(late, options, delayMs))
      : toEntry(encoded, options, delayMs);
  };
}

function delayOf(action: string, { fifo }: QueueDefinition, delay: NonNullable<SendOptions['delay']>): number {
  const delayMs = durationMs(delay);
  if (delayMs > SQS_LIMITS.delayMs || delayMs % 1_000 !== 0) {
    throw new RangeError(`Cannot ${action}: delay is ${delay}; SQS allows whole seconds from 0 s to 15 m`);
  }
  if (fifo) {
    throw new RangeError(`Cannot ${action}: a FIFO queue has one delay for all of its messages, not one for each`);
  }
  return delayMs;
}
