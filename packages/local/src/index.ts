/**
 * An AWS endpoint in this process, and what starts an app's functions and tasks on it. For
 * development and tests only. @module @twelvefold/local
 */

export type { RecordedCall } from './core/call-log.ts';
export { createClock } from './core/clock.ts';

export type { LaunchedFunction } from './launcher/function/launch-function.ts';

export { launchEventSourceMapping } from './launcher/mapping/launch-event-source-mapping.ts';

export { launchStreamMapping } from './launcher/mapping/launch-stream-mapping.ts';

export type { OutputLine } from './launcher/process/start-process.ts';
export type { LaunchedStack } from './launcher/stack/launch-stack.ts';
export type { LaunchedTask } from './launcher/task/launch-task.ts';
export { runnableContainer } from './launcher/task/runnable-container.ts';
export {
  launchFunction,
  launchHttpFront,
  launchStack,
  launchTask,
  provision,
  startPostgres,
  startRedis,
} from './on-first-call.ts';
export type { ProvisionedStack, ProvisionProgress } from './provision/stack.ts';
export { findServer } from './servers/find-server.ts';
export type { PostgresServer } from './servers/start-postgres.ts';
export type { RedisServer } from './servers/start-redis.ts';
export type { LocalAws } from './start.ts';
export { startLocalAws } from './start.ts';
