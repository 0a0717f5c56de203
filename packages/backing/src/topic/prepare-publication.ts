import type { PublishEntry } from '@twelvefold/aws';
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
 * @throws TwelvefoldError `MESSAGE_INVALID` or `MESSAGE_TOO_LARGE`.
 */
export async function preparePublication(
  definition: TopicDefinition,
  message: unknown,
  given: { group?: string | undefined; deduplicationId?: string | undefined },
): Promise<Prepared<Omit<PublishEntry, 'Id'>>> {
  const action = `publish message to topic '${definition.name}'`;
  const scope = currentScope();
  const { body, value } = await encodeMessage(action, definition.schema, message);
  const attributes = { ...filterAttributes(action, definition.filters, value), ...outgoingAttributes(scope) };
  if (scope?.trace.xray) attributes[XRAY_ATTRIBUTE] = stringAttribute(scope.trace.xray);
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
