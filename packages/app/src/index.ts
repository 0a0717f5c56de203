/** Definitions of an app: its config, backing services and components. @module twelvefold */
export {
  type Collection,
  keysetCollection,
  listCollection,
  pagedCollection,
  queryCollection,
  queueCollection,
  scanCollection,
  type TaskRunsDefinition,
  taskRuns,
} from '@twelvefold/admin';

export {
  type CacheDefinition,
  cache,
  type Definition,
  type DriverName,
  Drop,
  defineKind,
  fenced,
  filtered,
  type IdempotencyStoreDefinition,
  idempotencyStore,
  idempotent,
  type Kind,
  type Lease,
  type LockDefinition,
  lock,
  makeDefinition,
  type OpenContext,
  Poison,
  type QueueDefinition,
  queue,
  Retry,
  type Session,
  type SessionStoreDefinition,
  type SqlDefinition,
  type SqlTransaction,
  sessionStore,
  sql,
  type TableDefinition,
  type TopicDefinition,
  table,
  topic,
} from '@twelvefold/backing';

export {
  type ConfigDefinition,
  type ConfigOf,
  customSource,
  defineConfig,
  derived,
  env,
  file,
  memory,
  param,
  parameterStore,
  Secret,
  secret,
  secretsManager,
} from '@twelvefold/config';
export { TwelvefoldError } from '@twelvefold/core';
export { type FieldFault, installLightHttp, problem } from '@twelvefold/lifecycle';

export type { AppResource } from './app-resource.ts';
export { bindings } from './bindings.ts';
export type { ConsumerComponent, HttpComponent, TaskComponent } from './component.ts';
export type { CollectionContext, ContextFor, HttpContext, MessageContext, TaskContext } from './context.ts';
export { type App, defineApp } from './define-app.ts';
export { physicalName } from './names.ts';
export { stageFrom } from './stage.ts';
