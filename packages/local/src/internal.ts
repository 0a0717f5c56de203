/** For sibling packages, and types that signatures name. May change in any release. @module */
export type { Credentials } from './client/sign-request.ts';
export type { CallFilter } from './core/call-log.ts';
export type { ControlledClock } from './core/clock.ts';
export type {
  ContainerRegistry,
  RunnableContainer,
  RunningContainer,
  StartContainer,
} from './core/container-registry.ts';
export type { Fault, FaultKind, Faults } from './core/faults.ts';
export type { FunctionRegistry, InvokableFunction } from './core/function-registry.ts';
export type { InvokeOptions, LaunchFunctionOptions, ManagedInstances } from './launcher/function/launch-function.ts';
export { invokable } from './launcher/function/launch-function.ts';
export type { FunctionError, InvocationResult } from './launcher/function/result.ts';
export type { HttpFront, HttpFrontOptions } from './launcher/http/launch-http-front.ts';
export type { EventSourceMapping, EventSourceMappingOptions } from './launcher/mapping/launch-event-source-mapping.ts';
export type { StreamMappingOptions } from './launcher/mapping/launch-stream-mapping.ts';
export type { SqsRecord, SqsRecordAttribute } from './launcher/mapping/sqs-event.ts';
export type { StreamRecord } from './launcher/mapping/stream-reader.ts';
export type { ProcessExit } from './launcher/process/start-process.ts';
export type { LaunchStackOptions } from './launcher/stack/launch-stack.ts';
export type { LaunchTaskOptions } from './launcher/task/launch-task.ts';
export type { RunnableContainerOptions } from './launcher/task/runnable-container.ts';
export type { ProvisionOptions } from './provision/provision.ts';
export type { ProvisionedResource } from './provision/stack.ts';
export type { ServerName } from './servers/find-server.ts';
export type { PostgresOptions } from './servers/start-postgres.ts';
export type { RedisOptions } from './servers/start-redis.ts';
export type { Health, LocalAwsOptions } from './start.ts';
