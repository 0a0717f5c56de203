export {
  type CacheDefinition,
  type CacheDriver,
  type CacheOptions,
  cache,
  type MemoryTierOptions,
} from './cache/cache.ts';
export type { CacheClient, CacheStore, GetOrLoadOptions, LoadContext, SetOptions } from './cache/port.ts';
export {
  type Access,
  type Accesses,
  type AccessOf,
  assertName,
  type ClientFor,
  type Definition,
} from './definition.ts';
export {
  type IdempotencyStoreDefinition,
  type IdempotencyStoreOptions,
  idempotencyStore,
} from './idempotency/idempotency-store.ts';
export { type Effect, type IdempotentOptions, idempotent } from './idempotency/idempotent.ts';
export type { BeginOptions, IdempotencyAttempt, IdempotencyClient } from './idempotency/port.ts';
export type {
  CloudFormationResource,
  CloudFormationValue,
  Infrastructure,
  InfrastructureContext,
} from './infrastructure.ts';
export {
  actionsOf,
  type BindingOfKind,
  type ConfigReference,
  type Driver,
  type DriverName,
  type DryRunMethod,
  defineKind,
  driverOf,
  findKind,
  type Kind,
  type KindOptions,
  kindOf,
  makeDefinition,
  type OpenContext,
  type Opened,
  type Reference,
  type ResourceMetrics,
} from './kind.ts';
export { fenced } from './lock/fenced.ts';
export { type LockDefinition, type LockOptions, lock } from './lock/lock.ts';
export type { AcquireOptions, Lease, LockClient, LockState } from './lock/port.ts';
export type { FieldOf } from './message/field-of.ts';
export type { Fifo, FifoOptions } from './message/fifo.ts';
export type { ConsumerEvent, ConsumerEventListener, MessageIdentity } from './queue/consumer-event.ts';
export { Drop } from './queue/drop.ts';
export { Poison } from './queue/poison.ts';
export type {
  BatchContext,
  ConsumerHealth,
  MessageHandler,
  MessageInfo,
  QueueBatchConsumer,
  QueueConsumer,
  QueueSender,
  ReceivedMessage,
  SendAllOptions,
  SendOptions,
  SendReceipt,
  SendResult,
} from './queue/port.ts';
export { type QueueDefinition, type QueueOptions, queue } from './queue/queue.ts';
export { Retry } from './queue/retry.ts';
export type { SessionDriver } from './sessions/driver.ts';
export type {
  CreateOptions,
  EndOptions,
  RegenerateOptions,
  Session,
  SessionClient,
  SessionEnd,
  SessionEvent,
  SessionResult,
  SessionSummary,
} from './sessions/port.ts';
export type { EndReason } from './sessions/records.ts';
export { type SessionStoreDefinition, type SessionStoreOptions, sessionStore } from './sessions/session-store.ts';
export type {
  Source,
  SourceContext,
  SourceDefinition,
  SourceEvents,
  SourcePoller,
  SourceTrigger,
} from './source.ts';
export type {
  SqlClient,
  SqlConnection,
  SqlPool,
  SqlResult,
  SqlStatement,
  SqlTransaction,
  TransactionOptions,
} from './sql/port.ts';
export { type SqlDefinition, type SqlOptions, type SqlSecret, sql } from './sql/sql.ts';
export type { Condition, Filter, SortRange, Test } from './table/condition.ts';
export type {
  Changes,
  KeyOf,
  Page,
  QueryOptions,
  ReadOptions,
  Rows,
  ScanOptions,
  TableClient,
  TableIndex,
  WriteOperation,
} from './table/port.ts';
export { type IndexOptions, type TableDefinition, type TableOptions, table } from './table/table.ts';
export { filtered } from './topic/filtered.ts';
export type { PublishAllOptions, PublishOptions, PublishReceipt, PublishResult, TopicPublisher } from './topic/port.ts';
export type { FilterCondition, FilterPolicy, Subscribable, TopicSubscription } from './topic/subscription.ts';
export { type TopicDefinition, type TopicOptions, topic } from './topic/topic.ts';
