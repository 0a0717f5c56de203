/** Definitions of backing services, and the ports of their clients. @module @twelvefold/backing */
export { type CacheDefinition, cache } from './cache/cache.ts';
export type { CacheClient, CacheStore } from './cache/port.ts';
export type { Definition } from './definition.ts';
export { type IdempotencyStoreDefinition, idempotencyStore } from './idempotency/idempotency-store.ts';
export { idempotent } from './idempotency/idempotent.ts';
export type { IdempotencyClient } from './idempotency/port.ts';

export { type DriverName, defineKind, type Kind, makeDefinition, type OpenContext } from './kind.ts';
export { fenced } from './lock/fenced.ts';
export { type LockDefinition, lock } from './lock/lock.ts';
export type { Lease, LockClient } from './lock/port.ts';

export { Drop } from './queue/drop.ts';
export { Poison } from './queue/poison.ts';
export type { QueueBatchConsumer, QueueConsumer, QueueSender } from './queue/port.ts';
export { type QueueDefinition, queue } from './queue/queue.ts';
export { Retry } from './queue/retry.ts';
export type { SessionDriver } from './sessions/driver.ts';
export type { Session, SessionClient } from './sessions/port.ts';

export { type SessionStoreDefinition, sessionStore } from './sessions/session-store.ts';

export type { SqlClient, SqlTransaction } from './sql/port.ts';
export { type SqlDefinition, sql } from './sql/sql.ts';

export type { TableClient } from './table/port.ts';
export { type TableDefinition, table } from './table/table.ts';
export { filtered } from './topic/filtered.ts';
export type { TopicPublisher } from './topic/port.ts';
export type { TopicSubscription } from './topic/subscription.ts';
export { type TopicDefinition, topic } from './topic/topic.ts';
