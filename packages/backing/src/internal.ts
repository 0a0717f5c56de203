/** For sibling packages, and types that signatures name. May change in any release. @module */
export type { CacheDriver, CacheOptions, MemoryTierOptions } from './cache/cache.ts';
export type { GetOrLoadOptions, LoadContext, SetOptions } from './cache/port.ts';
export { type Access, type Accesses, type AccessOf, assertName, type ClientFor } from './definition.ts';
export { createExpression } from './dynamodb/expression.ts';
export { sendWrite } from './dynamodb/send-write.ts';
export { TABLE_BINDING } from './dynamodb/table-binding.ts';
export { template as tableInfrastructure } from './dynamodb/table-template.ts';
export type { IdempotencyStoreOptions } from './idempotency/idempotency-store.ts';
export type { Effect, IdempotentOptions } from './idempotency/idempotent.ts';
export type { BeginOptions, IdempotencyAttempt } from './idempotency/port.ts';
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
  type DryRunMethod,
  driverOf,
  findKind,
  type KindOptions,
  kindOf,
  type Opened,
  type Reference,
  type ResourceMetrics,
} from './kind.ts';
export type { LockOptions } from './lock/lock.ts';
export type { AcquireOptions, LockState } from './lock/port.ts';
export type { FieldOf } from './message/field-of.ts';
export type { Fifo, FifoOptions } from './message/fifo.ts';
export type { ConsumerEvent, ConsumerEventListener, MessageIdentity } from './queue/consumer-event.ts';
export type {
  BatchContext,
  ConsumerHealth,
  DeadLetter,
  DeadLetterClient,
  MessageHandler,
  MessageInfo,
  ReceivedMessage,
  SendAllOptions,
  SendOptions,
  SendReceipt,
  SendResult,
} from './queue/port.ts';
export type { QueueOptions } from './queue/queue.ts';
export type {
  CreateOptions,
  EndOptions,
  RegenerateOptions,
  SessionEnd,
  SessionEvent,
  SessionResult,
  SessionSummary,
} from './sessions/port.ts';
export type { EndReason } from './sessions/records.ts';
export type { SessionStoreOptions } from './sessions/session-store.ts';
export type { Source, SourceContext, SourceDefinition, SourceEvents, SourcePoller, SourceTrigger } from './source.ts';
export type { SqlConnection, SqlPool, SqlResult, SqlStatement, TransactionOptions } from './sql/port.ts';
export type { SqlOptions, SqlSecret } from './sql/sql.ts';
export type { Condition, Filter, SortRange, Test } from './table/condition.ts';
export type {
  Changes,
  KeyOf,
  Page,
  QueryOptions,
  ReadOptions,
  Rows,
  ScanOptions,
  TableIndex,
  WriteOperation,
} from './table/port.ts';
export type { IndexOptions, TableOptions } from './table/table.ts';
export type { ConformanceCase } from './test-kit/conformance-case.ts';
export type { PublishAllOptions, PublishOptions, PublishReceipt, PublishResult } from './topic/port.ts';
export type { FilterCondition, FilterPolicy, Subscribable } from './topic/subscription.ts';
export type { TopicOptions } from './topic/topic.ts';
