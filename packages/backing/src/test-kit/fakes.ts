import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { createSqsSender } from '../queue/drivers/sqs-sender.ts';
import type { QueueSender } from '../queue/port.ts';
import type { QueueDefinition } from '../queue/queue.ts';
import { createSessions } from '../sessions/create-sessions.ts';
import { memorySessionDriver } from '../sessions/drivers/memory.ts';
import type { SessionClient } from '../sessions/port.ts';
import type { SessionStoreDefinition } from '../sessions/session-store.ts';
import { createSnsPublisher } from '../topic/drivers/sns-publisher.ts';
import type { TopicPublisher } from '../topic/port.ts';
import type { TopicDefinition } from '../topic/topic.ts';

/** Messages that a fake has taken, oldest first, as JSON keeps them. */
export interface Taken<T> {
  readonly messages: T[];
}

/**
 * Makes a queue's sender that keeps its messages in memory. It checks them as the real one does:
 * schema, size, groups.
 *
 * @example
 * ```ts
 * const fake = fakeQueue(orders);
 * await fake.send({ sku: 'A-1', quantity: 2 });
 * console.log(fake.messages); // [{ sku: 'A-1', quantity: 2 }]
 * ```
 */
export function fakeQueue<S extends StandardSchemaV1>(
  definition: QueueDefinition<S>,
): QueueSender<StandardSchemaV1.InferInput<S>> & Taken<StandardSchemaV1.InferInput<S>> {
  const messages: Array<StandardSchemaV1.InferInput<S>> = [];
  const url = `https://sqs.us-east-1.amazonaws.com/123456789012/${definition.name}`;
  return Object.assign(createSqsSender({ definition, url, aws: taking('MessageBody', messages) }), { messages });
}

/**
 * Makes a topic's publisher that keeps its messages in memory. It checks them as the real one does.
 *
 * @example
 * ```ts
 * const fake = fakeTopic(events);
 * await fake.publish({ orderId: 'o-1' });
 * console.log(fake.messages.length); // 1
 * ```
 */
export function fakeTopic<S extends StandardSchemaV1>(
  definition: TopicDefinition<S>,
): TopicPublisher<StandardSchemaV1.InferInput<S>> & Taken<StandardSchemaV1.InferInput<S>> {
  const messages: Array<StandardSchemaV1.InferInput<S>> = [];
  const arn = `arn:aws:sns:us-east-1:123456789012:${definition.name}`;
  return Object.assign(createSnsPublisher({ definition, arn, aws: taking('Message', messages) }), { messages });
}

/**
 * Makes a session store's client in memory, with all the rules of the real one.
 *
 * @param clock Decides when sessions end. @defaultValue the system's
 * @example
 * ```ts
 * const store = fakeSessions(sessions);
 * const { id } = await store.create({ userId: 'ada' }, { userId: 'ada' });
 * ```
 */
export function fakeSessions<S extends StandardSchemaV1>(
  definition: SessionStoreDefinition<S>,
  clock?: Clock,
): SessionClient<StandardSchemaV1.InferOutput<S>> {
  const time = clock === undefined ? {} : { clock };
  return createSessions({ definition, driver: memorySessionDriver(time), ...time });
}

interface Entry {
  readonly Id?: string;
  readonly MessageBody?: string;
  readonly Message?: string;
}

/** A port to AWS that takes every message, one at a time or in batches. */
function taking(body: 'MessageBody' | 'Message', messages: unknown[]): Aws {
  const take = (entry: Entry) => `message-${messages.push(JSON.parse(entry[body] ?? 'null'))}`;
  const call = async (_service: object, _operation: string, input: object, { signal }: { signal?: AbortSignal }) => {
    signal?.throwIfAborted();
    const { Entries, PublishBatchRequestEntries, ...one } = input as Entry & Record<string, Entry[] | undefined>; // of SQS or SNS
    const entries = Entries ?? PublishBatchRequestEntries;
    if (entries === undefined) return { MessageId: take(one as Entry) };
    return { Successful: entries.map((entry) => ({ Id: entry.Id, MessageId: take(entry) })), Failed: [] };
  };
  const aws: Aws = { call: call as Aws['call'], as: () => aws }; // senders call only what it answers
  return aws;
}
