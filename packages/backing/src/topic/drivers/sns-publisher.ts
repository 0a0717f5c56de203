import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import { sns } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { durationMs, systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { groupOf } from '../../message/order.ts';
import { sendOne } from '../../message/producer-span.ts';
import { sendAll } from '../../message/send-all.ts';
import type { TopicPublisher } from '../port.ts';
import type { TopicDefinition } from '../topic.ts';
import { publicationPreparer } from './prepare-publication.ts';

/** @inline */
interface SnsPublisherOptions<S extends StandardSchemaV1> {
  definition: TopicDefinition<S>;
  /** The topic's ARN. */
  arn: string;
  aws: Aws;
  /** @defaultValue the system's clock */
  clock?: Clock;
  /** 0 to below 1, for jitter. @defaultValue `Math.random` */
  random?: () => number;
}

const PUBLISH_OPTIONS = ['group', 'deduplicationId', 'signal'];
const PUBLISH_ALL_OPTIONS = [...PUBLISH_OPTIONS, 'linger', 'onResult'];

/**
 * A client that publishes to one SNS topic. Checks messages against the schema and the size limit
 * before it sends anything, and sends them as the JSON of the schema's input.
 *
 * `publish` makes one call. `publishAll` makes one call per ten messages, or per as many bytes as
 * the topic allows for one message.
 *
 * @throws TypeError for an unknown option or an ARN that is not a topic's.
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
  const { definition, arn, aws, clock = systemClock, random = Math.random } = options;
  const subject = `publisher to topic '${definition.name}'`;
  assertKnownOptions(`create ${subject}`, options, ['definition', 'arn', 'aws', 'clock', 'random']);
  if (!/^arn:[^:]+:sns:/.test(arn)) throw new TypeError(`Cannot create ${subject}: 'arn' is not the ARN of a topic`);
  const producer = { system: 'aws.sns', operation: 'publish', destination: arn.split(':').pop() ?? '' };
  const write = (signal: AbortSignal | undefined) => ({ access: 'write', repeatable: true, signal }) as const;
  return {
    async publish(message, publishOptions = {}) {
      assertKnownOptions(`publish to topic '${definition.name}'`, publishOptions, PUBLISH_OPTIONS);
      return sendOne(producer, async (trace) => {
        const { entry } = await publicationPreparer(definition, trace)(message, publishOptions);
        const output = await aws.call(sns, 'Publish', { TopicArn: arn, ...entry }, write(publishOptions.signal));
        return { messageId: output.MessageId ?? '' };
      });
    },
    publishAll: async (messages, publishOptions = {}) => {
      assertKnownOptions(`publish all to topic '${definition.name}'`, publishOptions, PUBLISH_ALL_OPTIONS);
      const { group, deduplicationId, linger = '50ms', onResult, signal } = publishOptions;
      const groupFor = (message: StandardSchemaV1.InferInput<S>) =>
        typeof group === 'function' ? group(message) : group;
      return sendAll(messages, {
        producer,
        preparer: (trace) => {
          const prepare = publicationPreparer(definition, trace);
          return (message) =>
            prepare(message, { group: groupFor(message), deduplicationId: deduplicationId?.(message) });
        },
        groupOf: (message) => groupOf(definition.fifo, message, groupFor(message)),
        onResult,
        send: (entries) =>
          aws.call(sns, 'PublishBatch', { TopicArn: arn, PublishBatchRequestEntries: entries }, write(signal)),
        action: `publish message to topic '${definition.name}'`,
        maxBytes: definition.maxBytes,
        lingerMs: durationMs(linger),
        signal,
        clock,
        random,
      });
    },
  };
}
