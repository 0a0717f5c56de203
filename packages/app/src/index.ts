export {
  type CacheClient,
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
  type LoadContext,
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
  type SourceDefinition,
  type SqlClient,
  type SqlDefinition,
  type SqlPool,
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
export { type Duration, type ErrorCode, TwelvefoldError } from '@twelvefold/core';
export {
  type FieldFault,
  installLightHttp,
  type LightHttpOptions,
  problem,
  type RequestContext,
} from '@twelvefold/lifecycle';
export type { AppResource, HostOptions, ResourceContext } from './app-resource.ts';
export { type Binding, type BindingValue, bindings } from './bindings.ts';
export type { AppIdentity, Component, ConsumerComponent, HttpComponent, TaskComponent } from './component.ts';
export type { Backing, BoundClients, Context, ContextFor, HttpContext, MessageContext, Uses } from './context.ts';
export { type App, type AppOptions, defineApp, type HttpOptions } from './define-app.ts';
export { physicalName } from './names.ts';
export { stageFrom } from './stage.ts';
