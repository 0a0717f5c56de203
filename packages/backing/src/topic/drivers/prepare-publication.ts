import type { MessageAttributeValue, PublishEntry } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import { currentScope } from '@twelvefold/lifecycle';
import type { TraceContext } from '@twelvefold/lifecycle/internal';
import { SAMPLED_ATTRIBUTE } from '@twelvefold/lifecycle/internal';
import { FORBIDDEN_TEXT } from '../../message/allowed-text.ts';
import type { EncodedMessage } from '../../message/encode-message.ts';
import { encodeMessage } from '../../message/encode-message.ts';
import { assertMessageSize, messageBytes } from '../../message/message-size.ts';
import type { OrderOptions } from '../../message/order.ts';
import { orderOf } from '../../message/order.ts';
import { outgoingAttributes, stringAttribute, XRAY_ATTRIBUTE } from '../../message/outgoing-attributes.ts';
import { Prepared } from '../../message/send-all.ts';
import { SNS_LIMITS } from '../sns-limits.ts';
import type { TopicDefinition } from '../topic.ts';

type Entry = Omit<PublishEntry, 'Id'>;

/**
 * Makes what checks a message and turns it into an entry of a call. Its messages carry the running
 * scope's correlation id. It answers without a promise where the schema does.
 *
 * @param sending the trace of the span that publishes them. @defaultValue the scope's
 */
export function publicationPreparer(
  definition: TopicDefinition,
  sending?: TraceContext,
): (message: unknown, given: OrderOptions) => Prepared<Entry> | Promise<Prepared<Entry>> {
  const { schema, fifo, filters, maxBytes } = definition;
  const action = `publish message to topic '${definition.name}'`;
  const scope = currentScope();
  const trace = sending ?? scope?.trace;
  const attributesOf = outgoingAttributes(scope, trace);

  const toEntry = ({ body, value }: EncodedMessage, given: OrderOptions) => {
    const attributes = { ...filterAttributes(action, filters, value), ...attributesOf() };
    // Only if X-Ray follows the flow: the header counts as one of the ten attributes, and otherwise
    // repeats `traceparent`.
    if (scope?.trace.xray && trace?.xray) attributes[XRAY_ATTRIBUTE] = stringAttribute(trace.xray);
    // When filters use all ten attributes, the sampling decision is left out. The receiver then
    // takes it from the correlation id, as this process did.
    if (Object.keys(attributes).length > SNS_LIMITS.attributes) delete attributes[SAMPLED_ATTRIBUTE];
    const bytes = messageBytes(body, attributes);
    assertMessageSize(action, bytes, maxBytes);
    const order = orderOf(action, fifo, value, given);
    const entry: Entry = { Message: body, MessageAttributes: attributes, ...order };
    return new Prepared(entry, bytes, fifo && order.MessageGroupId);
  };

  /** @throws TwelvefoldError `MESSAGE_INVALID` or `MESSAGE_TOO_LARGE`. */
  return (message, given) => {
    const encoded = encodeMessage(action, schema, message);
    return encoded instanceof Promise ? encoded.then((late) => toEntry(late, given)) : toEntry(encoded, given);
  };
}

/**
 * The fields of a message that subscriptions filter by, as attributes. SNS refuses empty ones: a
 * field without a value, or with an empty text, has no attribute.
 *
 * @throws TwelvefoldError `MESSAGE_INVALID` for a field whose text cannot be an attribute.
 */
function filterAttributes(
  action: string,
  fields: readonly string[],
  message: unknown,
): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {};
  if (typeof message !== 'object' || message === null) return attributes;
  for (const name of fields) {
    const value: unknown = Reflect.get(message, name);
    if (typeof value === 'number' && Number.isFinite(value)) {
      attributes[name] = { DataType: 'Number', StringValue: String(value) };
    } else if (typeof value === 'boolean') {
      attributes[name] = stringAttribute(String(value));
    } else if (typeof value === 'string' && value !== '') {
      if (FORBIDDEN_TEXT.test(value)) {
        throw new TwelvefoldError(
          'MESSAGE_INVALID',
          `Cannot ${action}: its field '${name}' is a filter and so an attribute, which must not contain control characters or lone surrogates; remove them, or remove '${name}' from the topic's filters`,
        );
      }
      attributes[name] = stringAttribute(value);
    }
  }
  return attributes;
}
