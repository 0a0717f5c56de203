/** The sender of the SQS driver, without its consumers. @module */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { durationMs, systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { groupOf } from '../../message/order.ts';
import { sendOne } from '../../message/producer-span.ts';
import { sendAll } from '../../message/send-all.ts';
import type { QueueSender, SendOptions, SendReceipt } from '../port.ts';
import type { QueueDefinition } from '../queue.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { entryPreparer } from './prepare-entry.ts';

/** @inline */
interface SqsSenderOptions<S extends StandardSchemaV1> {
  definition: QueueDefinition<S>;
  /** The queue's URL. */
  url: string;
  aws: Aws;
  /** @defaultValue the system's clock */
  clock?: Clock;
  /** 0 to below 1, for jitter. @defaultValue `Math.random` */
  random?: () => number;
}

const SEND_OPTIONS = ['delay', 'group', 'deduplicationId', 'signal'];
const NO_OPTIONS = {};
const SEND_ALL_OPTIONS = [...SEND_OPTIONS, 'linger', 'onResult'];

/**
 * A client that sends to one SQS queue. Checks messages against the schema and the size limit
 * before it sends anything, and sends them as the JSON of the schema's input.
 *
 * `send` makes one call. `sendAll` makes one call per ten messages or 1 MiB, several at a time, and
 * reads its source only as fast as they are sent. Entries that SQS refused for its own reasons are
 * tried again, at most four times. Both may deliver a message twice when an answer is lost: so does
 * SQS itself, with standard queues.
 *
 * @throws TypeError for an unknown or missing option.
 * @example
 * ```ts
 * const sender = createSqsSender({ definition: orders, url, aws });
 * const { messageId } = await sender.send({ sku: 'A-1', quantity: 2 });
 * ```
 */
export function createSqsSender<S extends StandardSchemaV1>(
  options: SqsSenderOptions<S>,
): QueueSender<StandardSchemaV1.InferInput<S>> {
  const { definition, url, aws, clock = systemClock, random = Math.random } = options;
  const subject = `sender to queue '${definition.name}'`;
  assertKnownOptions(`create ${subject}`, options, ['definition', 'url', 'aws', 'clock', 'random']);
  if (!URL.canParse(url)) throw new TypeError(`Cannot create ${subject}: 'url' is not a URL`);
  const producer = { system: 'aws_sqs', operation: 'send', destination: new URL(url).pathname.split('/').pop() ?? '' };
  return {
    async send(message, sendOptions: SendOptions = {}): Promise<SendReceipt> {
      assertKnownOptions(`send to queue '${definition.name}'`, sendOptions, SEND_OPTIONS);
      return sendOne(producer, async (trace) => {
        const { entry } = await entryPreparer(definition, trace)(message, sendOptions);
        const { signal } = sendOptions;
        const input = { QueueUrl: url, ...entry };
        const output = await aws.call(sqs, 'SendMessage', input, { access: 'write', repeatable: true, signal });
        return { messageId: output.MessageId ?? '' };
      });
    },
    sendAll: async (messages, sendOptions = {}) => {
      const { delay, group, deduplicationId, linger = '50ms', onResult, signal } = sendOptions;
      const groupFor = (message: StandardSchemaV1.InferInput<S>) =>
        typeof group === 'function' ? group(message) : group;
      assertKnownOptions(`send all to queue '${definition.name}'`, sendOptions, SEND_ALL_OPTIONS);
      return sendAll(messages, {
        producer,
        preparer: (trace) => {
          const prepare = entryPreparer(definition, trace);
          if (delay === undefined && group === undefined && deduplicationId === undefined) {
            return (message) => prepare(message, NO_OPTIONS);
          }
          return (message) =>
            prepare(message, {
              delay: typeof delay === 'function' ? delay(message) : delay,
              group: groupFor(message),
              deduplicationId: deduplicationId?.(message),
            });
        },
        groupOf: (message) => groupOf(definition.fifo, message, groupFor(message)),
        onResult,
        send: (Entries) =>
          aws.call(sqs, 'SendMessageBatch', { QueueUrl: url, Entries }, { access: 'write', repeatable: true, signal }),
        action: `send message to queue '${definition.name}'`,
        maxBytes: SQS_LIMITS.bytes,
        lingerMs: durationMs(linger),
        signal,
        clock,
        random,
      });
    },
  };
}
