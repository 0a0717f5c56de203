import type { PublishEntry } from '@twelvefold/aws';
import type { TraceContext } from '@twelvefold/lifecycle';
import { currentScope, SAMPLED_ATTRIBUTE } from '@twelvefold/lifecycle';
import { assertMessageSize } from '../message/assert-message-size.ts';
import { encodeMessage } from '../message/encode-message.ts';
import { messageBytes } from '../message/message-bytes.ts';
import { orderOf } from '../message/order.ts';
import { outgoingAttributes, stringAttribute, XRAY_ATTRIBUTE } from '../message/outgoing-attributes.ts';
import type { Prepared } from '../message/send-all.ts';
import type { TopicDefinition } from './definition.ts';
import { filterAttributes } from './filter-attributes.ts';
import { SNS_LIMITS } from './sns-limits.ts';

/**
 * What would be published for one message, checked but not sent.
 *
 * @param sending the trace of the span that publishes it, else it carries the scope's
 * @throws TwelvefoldError `MESSAGE_INVALID` or `MESSAGE_TOO_LARGE`.
 */
export async function preparePublication(
  definition: TopicDefinition,
  message: unknown,
  given: { group?: string | undefined; deduplicationId?: string | undefined },
  sending?: TraceContext,
): Promise<Prepared<Omit<PublishEntry, 'Id'>>> {
  const action = `publish message to topic '${definition.name}'`;
  const scope = currentScope();
  const trace = sending ?? scope?.trace;
  const { body, value } = await encodeMessage(action, definition.schema, message);
  const attributes = { ...filterAttributes(action, definition.filters, value), ...outgoingAttributes(scope, trace) };
  // Only for a flow that X-Ray follows: it is one of the ten, and says no more than `traceparent`.
  if (scope?.trace.xray && trace?.xray) attributes[XRAY_ATTRIBUTE] = stringAttribute(trace.xray);
  // With all filters in use there is no room for it: whoever takes the message decides by the correlation id, as here.
  if (Object.keys(attributes).length > SNS_LIMITS.attributes) delete attributes[SAMPLED_ATTRIBUTE];
  const bytes = messageBytes(body, attributes);
  assertMessageSize(action, bytes, definition.maxBytes);
  const order = orderOf(action, definition.fifo, value, given);
  return {
    bytes,
    ...(definition.fifo ? { lane: order.MessageGroupId } : {}),
    entry: { Message: body, MessageAttributes: attributes, ...order },
  };
}
