export type { AccessOf, ClientFor, FacetsOf, ResourceDefinition } from './client-for.ts';
export { assertName, type Definition } from './definition.ts';
export { IDEMPOTENCY_ACCESS } from './idempotency/access.ts';
export {
  type IdempotencyStoreDefinition,
  type IdempotencyStoreOptions,
  idempotencyStore,
} from './idempotency/definition.ts';
export { type Effect, type IdempotentOptions, idempotent } from './idempotency/idempotent.ts';
export type { BeginOptions, IdempotencyTurn, IdempotencyWriter } from './idempotency/port.ts';
export type { FieldOf } from './message/field-of.ts';
export type { Fifo, FifoOptions } from './message/fifo.ts';
export { QUEUE_ACCESS } from './queue/access.ts';
export type { ConsumerEvent, ConsumerEventListener, MessageIdentity } from './queue/consumer-event.ts';
export { type QueueDefinition, type QueueOptions, queue } from './queue/definition.ts';
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
export { Retry } from './queue/retry.ts';
export { SESSIONS_ACCESS } from './sessions/access.ts';
export { type SessionStoreDefinition, type SessionStoreOptions, sessionStore } from './sessions/definition.ts';
export type { Session, SessionReader, SessionWriter } from './sessions/port.ts';
export { TABLE_ACCESS } from './table/access.ts';
export { type TableDefinition, type TableOptions, table } from './table/definition.ts';
export type { KeyOf } from './table/key-of.ts';
export type { Changes, Condition, TableReader, TableWriter, WriteOperation } from './table/port.ts';
export { TOPIC_ACCESS } from './topic/access.ts';
export { type TopicDefinition, type TopicOptions, topic } from './topic/definition.ts';
export { filtered } from './topic/filtered.ts';
export type { PublishAllOptions, PublishOptions, PublishReceipt, PublishResult, TopicPublisher } from './topic/port.ts';
export type { FilterCondition, FilterPolicy, Subscribable, TopicSubscription } from './topic/subscription.ts';
