import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { CacheDefinition } from '../cache/cache.ts';
import { createCache } from '../cache/create-cache.ts';
import { createMemoryCacheStore } from '../cache/drivers/memory.ts';
import type { ClientFor, Definition } from '../definition.ts';
import { createDynamoDbIdempotency } from '../idempotency/drivers/dynamodb.ts';
import type { IdempotencyStoreDefinition } from '../idempotency/idempotency-store.ts';
import { createDynamoDbLock } from '../lock/drivers/dynamodb.ts';
import type { LockDefinition } from '../lock/lock.ts';
import { createSqsSender } from '../queue/drivers/sqs-sender.ts';
import type { QueueDefinition } from '../queue/queue.ts';
import { createSessions } from '../sessions/create-sessions.ts';
import { memorySessionDriver } from '../sessions/drivers/memory.ts';
import type { SessionStoreDefinition } from '../sessions/session-store.ts';
import { createDynamoDbTable } from '../table/drivers/dynamodb.ts';
import type { TableDefinition } from '../table/table.ts';
import { createSnsPublisher } from '../topic/drivers/sns-publisher.ts';
import type { TopicDefinition } from '../topic/topic.ts';
import type { MemoryDynamoDb } from './memory-dynamodb/memory-dynamodb.ts';
import { createMemoryDynamoDb } from './memory-dynamodb/memory-dynamodb.ts';

/** Messages that a fake has taken, oldest first, as JSON keeps them. */
export interface Recorded<T> {
  readonly messages: T[];
}

export interface FakeBackingOptions {
  /** Decides what has expired, and waits between tries. @defaultValue the system's */
  clock?: Clock;
}

/** The kinds that have a fake. */
type FakedKind = 'queue' | 'topic' | 'table' | 'idempotency' | 'lock' | 'sessions' | 'cache';

/** A client in memory for each definition of a kind that has a fake, with all methods. */
export type FakeClients<B extends Readonly<Record<string, Definition>>> = {
  readonly [K in keyof B as B[K] extends { readonly kind: FakedKind } ? K : never]: ClientFor<B[K]> &
    (B[K] extends { readonly kind: 'queue' | 'topic'; readonly schema: infer S extends StandardSchemaV1 }
      ? Recorded<StandardSchemaV1.InferInput<S>>
      : unknown);
};

/**
 * Makes clients in memory for definitions: those of an app, or some. They are the real clients,
 * with
 * their checks, limits of messages and errors, on a port to AWS that keeps everything in memory.
 * All
 * tables, locks and idempotency stores of one call can be in one transaction.
 *
 * `sql` and kinds of other packages are left out: a database is tested on a real one
 * (`startPostgres` of `@twelvefold/local`), and a handler with {@link fakeSql}.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const { rows: kept, effects: done } = fakeBacking({ rows: orderRows, effects });
 * await done.once('o-1', [kept.putOperation({ orderId: 'o-1', totalCents: 500 })]);
 * console.log(await kept.get('o-1')); // { orderId: 'o-1', totalCents: 500 }
 * ```
 */
export function fakeBacking<const B extends Readonly<Record<string, Definition>>>(
  definitions: B,
  options: FakeBackingOptions = {},
): FakeClients<B> {
  assertKnownOptions('make fakes of backing services', options, ['clock']);
  const { clock = systemClock } = options;
  const world: World = { clock, dynamodb: createMemoryDynamoDb(clock) };
  const clients = Object.entries(definitions).flatMap(([key, definition]) => {
    const fake = FAKES[definition.kind as FakedKind]; // undefined for other kinds
    return fake === undefined ? [] : [[key, fake(definition as never, world)]];
  });
  return Object.fromEntries(clients) as FakeClients<B>; // one for each key that has a fake
}

/** The parts that the fakes of one call share. */
interface World {
  readonly clock: Clock;
  readonly dynamodb: MemoryDynamoDb;
}

const FAKES: { readonly [N in FakedKind]: (definition: never, world: World) => object } = {
  queue: (definition: QueueDefinition) => {
    const messages: unknown[] = [];
    const url = `https://sqs.us-east-1.amazonaws.com/123456789012/${definition.name}`;
    return Object.assign(createSqsSender({ definition, url, aws: taking('MessageBody', messages) }), { messages });
  },
  topic: (definition: TopicDefinition) => {
    const messages: unknown[] = [];
    const arn = `arn:aws:sns:us-east-1:123456789012:${definition.name}`;
    return Object.assign(createSnsPublisher({ definition, arn, aws: taking('Message', messages) }), { messages });
  },
  table: (definition: TableDefinition, { clock, dynamodb }) =>
    createDynamoDbTable({
      definition: definition as never,
      name: dynamodb.createTable(definition),
      aws: dynamodb.aws,
      clock,
    }),
  idempotency: (definition: IdempotencyStoreDefinition, { clock, dynamodb }) => {
    const name = dynamodb.createTable({ partitionKey: 'id' });
    return createDynamoDbIdempotency({ definition, name, aws: dynamodb.aws, clock });
  },
  lock: (definition: LockDefinition, { clock, dynamodb }) => {
    const name = dynamodb.createTable({ partitionKey: 'id' });
    return createDynamoDbLock({ definition, name, aws: dynamodb.aws, component: 'test', clock });
  },
  sessions: (definition: SessionStoreDefinition, { clock }) =>
    createSessions({ definition, driver: memorySessionDriver({ clock }), clock }),
  cache: (definition: CacheDefinition, { clock }) =>
    createCache({ definition, store: createMemoryCacheStore({ clock }), clock }),
};

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
