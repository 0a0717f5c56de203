/**
 * An AWS endpoint in this process, and what starts an app's functions and tasks on it. For
 * development and tests only. @module
 */
export type { Credentials } from './client/sign-request.ts';
export type { CallFilter, RecordedCall } from './core/call-log.ts';
export type { ControlledClock } from './core/clock.ts';
export { createClock } from './core/clock.ts';
export type {
  ContainerRegistry,
  RunnableContainer,
  RunningContainer,
  StartContainer,
} from './core/container-registry.ts';
export type { Fault, FaultKind, Faults } from './core/faults.ts';
export type { FunctionRegistry, InvokableFunction } from './core/function-registry.ts';
export { invokable } from './launcher/function/invokable.ts';
export type {
  InvokeOptions,
  LaunchedFunction,
  LaunchFunctionOptions,
  ManagedInstances,
} from './launcher/function/launch-function.ts';
export { launchFunction } from './launcher/function/launch-function.ts';
export type { FunctionError, InvocationResult } from './launcher/function/result.ts';
export type { HttpFront, HttpFrontOptions } from './launcher/http/launch-http-front.ts';
export { launchHttpFront } from './launcher/http/launch-http-front.ts';
export type {
  EventSourceMapping,
  EventSourceMappingOptions,
} from './launcher/mapping/launch-event-source-mapping.ts';
export { launchEventSourceMapping } from './launcher/mapping/launch-event-source-mapping.ts';
export type { StreamMappingOptions } from './launcher/mapping/launch-stream-mapping.ts';
export { launchStreamMapping } from './launcher/mapping/launch-stream-mapping.ts';
export type { SqsRecord, SqsRecordAttribute } from './launcher/mapping/sqs-event.ts';
export type { StreamRecord } from './launcher/mapping/stream-reader.ts';
export type { OutputLine, ProcessExit } from './launcher/process/start-process.ts';
export type { LaunchedStack, LaunchStackOptions } from './launcher/stack/launch-stack.ts';
export { launchStack } from './launcher/stack/launch-stack.ts';
export type { LaunchedTask, LaunchTaskOptions } from './launcher/task/launch-task.ts';
export { launchTask } from './launcher/task/launch-task.ts';
export { type RunnableContainerOptions, runnableContainer } from './launcher/task/runnable-container.ts';
export type { ProvisionOptions } from './provision/provision.ts';
export { provision } from './provision/provision.ts';
export type { ProvisionedResource, ProvisionedStack, ProvisionProgress } from './provision/stack.ts';
export type { ServerName } from './servers/find-server.ts';
export { findServer } from './servers/find-server.ts';
export type { PostgresOptions, PostgresServer } from './servers/start-postgres.ts';
export { startPostgres } from './servers/start-postgres.ts';
export type { RedisOptions, RedisServer } from './servers/start-redis.ts';
export { startRedis } from './servers/start-redis.ts';
export type { Health, LocalAws, LocalAwsOptions } from './start.ts';
export { startLocalAws } from './start.ts';
