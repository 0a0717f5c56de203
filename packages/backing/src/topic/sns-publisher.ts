import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import { currentScope } from '@twelvefold/lifecycle';
import { assertKnownOptions } from '../definition.ts';
import { assertMessageSize } from '../message/assert-message-size.ts';
import { encodeMessage } from '../message/encode-message.ts';
import { messageBytes } from '../message/message-bytes.ts';
import { outgoingAttributes, stringAttribute, XRAY_ATTRIBUTE } from '../message/outgoing-attributes.ts';
import type { TopicDefinition } from './definition.ts';
import type { TopicPublisher } from './port.ts';

/** SNS: 256 KiB with attributes, unless the topic's `MaximumMessageSize` is raised, which restricts its subscriptions. */
const MAX_BYTES = 262_144;

export interface SnsPublisherOptions<S extends StandardSchemaV1> {
  definition: TopicDefinition<S>;
  /** The topic's ARN. */
  arn: string;
  aws: Aws;
}

/**
 * A client that publishes to one SNS topic. Messages are checked against the schema and the size limit before anything is sent,
 * and travel as the JSON of the schema's input.
 *
 * @throws TypeError for an unknown option or something that is no topic ARN.
 * @example
 * ```ts
 * const arn = 'arn:aws:sns:eu-central-1:123456789012:orders-prod-order-events';
 * const publisher = createSnsPublisher({ definition: events, arn, aws });
 * await publisher.publish({ orderId: 'o-1' });
 * ```
 */
export function createSnsPublisher<S extends StandardSchemaV1>(
  options: SnsPublisherOptions<S>,
): TopicPublisher<StandardSchemaV1.InferInput<S>> {
  const { definition, arn, aws } = options;
  const subject = `publisher to topic '${definition.name}'`;
  assertKnownOptions(subject, options, ['definition', 'arn', 'aws']);
  if (!/^arn:[^:]+:sns:/.test(arn)) throw new TypeError(`Cannot create ${subject}: 'arn' is not the ARN of a topic`);
  const action = `publish message to topic '${definition.name}'`;
  return {
    async publish(message, { signal } = {}) {
      const scope = currentScope();
      const body = await encodeMessage(action, definition.schema, message);
      const attributes = outgoingAttributes(scope);
      if (scope?.trace.xray) attributes[XRAY_ATTRIBUTE] = stringAttribute(scope.trace.xray);
      assertMessageSize(action, messageBytes(body, attributes), MAX_BYTES);
      const input = { TopicArn: arn, Message: body, MessageAttributes: attributes };
      const output = await aws.call('sns', 'Publish', input, { access: 'write', repeatable: true, signal });
      return { messageId: output.MessageId ?? '' };
    },
  };
}
