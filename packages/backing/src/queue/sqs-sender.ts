import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { durationMs, systemClock } from '@twelvefold/lifecycle';
import { assertKnownOptions } from '../definition.ts';
import { laneOf } from '../message/order.ts';
import { sendAll } from '../message/send-all.ts';
import { sendOne } from '../message/send-one.ts';
import type { QueueDefinition } from './definition.ts';
import type { QueueSender, SendOptions, SendReceipt } from './port.ts';
import { prepareEntry } from './prepare-entry.ts';
import { SQS_LIMITS } from './sqs-limits.ts';

export interface SqsSenderOptions<S extends StandardSchemaV1> {
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
const SEND_ALL_OPTIONS = [...SEND_OPTIONS, 'linger', 'onResult'];

/**
 * A client that sends to one SQS queue. Messages are checked against the schema and the size limit before anything is sent, and
 * travel as the JSON of the schema's input.
 *
 * `send` makes one call. `sendAll` makes one call per ten messages or 1 MiB, several at a time, pulling from its source only as
 * fast as they are sent; entries that SQS refused for its own reasons are tried again, up to five times. Either may deliver a
 * message twice when an answer is lost: that is SQS's standard-queue contract.
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
  assertKnownOptions(subject, options, ['definition', 'url', 'aws', 'clock', 'random']);
  if (!URL.canParse(url)) throw new TypeError(`Cannot create ${subject}: 'url' is not a URL`);
  const producer = { system: 'aws_sqs', operation: 'send', destination: new URL(url).pathname.split('/').pop() ?? '' };
  return {
    async send(message, sendOptions: SendOptions = {}): Promise<SendReceipt> {
      assertKnownOptions(`send to queue '${definition.name}'`, sendOptions, SEND_OPTIONS);
      return sendOne(producer, async (trace) => {
        const { entry } = await prepareEntry(definition, message, sendOptions, trace);
        const { signal } = sendOptions;
        const input = { QueueUrl: url, ...entry };
        const output = await aws.call('sqs', 'SendMessage', input, { access: 'write', repeatable: true, signal });
        return { messageId: output.MessageId ?? '' };
      });
    },
    sendAll: async (messages, sendOptions = {}) => {
      const { delay, group, deduplicationId, linger = '50ms', onResult, signal } = sendOptions;
      const groupFor = (message: StandardSchemaV1.InferInput<S>) =>
        typeof group === 'function' ? group(message) : group;
      assertKnownOptions(`sendAll to queue '${definition.name}'`, sendOptions, SEND_ALL_OPTIONS);
      return sendAll(messages, {
        producer,
        prepare: (message, trace) => {
          const delayed = typeof delay === 'function' ? delay(message) : delay;
          const grouped = groupFor(message);
          const id = deduplicationId?.(message);
          const given = {
            ...(delayed === undefined ? {} : { delay: delayed }),
            ...(grouped === undefined ? {} : { group: grouped }),
            ...(id === undefined ? {} : { deduplicationId: id }),
          };
          return prepareEntry(definition, message, given, trace);
        },
        laneOf: (message) => laneOf(definition.fifo, message, groupFor(message)),
        onResult,
        send: (Entries) =>
          aws.call(
            'sqs',
            'SendMessageBatch',
            { QueueUrl: url, Entries },
            { access: 'write', repeatable: true, signal },
          ),
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
