export { type AdminIo, adminCommand, type RunOne } from './cli/admin-command.ts';
export {
  type Collection,
  type CollectionPage,
  type CollectionRecord,
  type Json,
  listCollection,
  pagedCollection,
  type ReadOptions,
} from './collection.ts';
export { ParamsInvalid } from './params-invalid.ts';
export { type RunTaskOptions, runTask } from './run-task.ts';
export { countCapacity } from './runner/count-capacity.ts';
export type { Pace, Throttle } from './runner/pace.ts';
export { type RunInfo, type RunLegOptions, runLeg } from './runner/run-leg.ts';
export {
  type AuditEntry,
  etaMs,
  type Run,
  type RunError,
  type RunFailure,
  type RunLaunch,
  type RunPlace,
  type RunRecord,
  type RunSettings,
  type SegmentProgress,
} from './runs/run.ts';
export { isSettled, type RunCommand, type RunStatus } from './runs/run-status.ts';
export type { Checkpoint, LegEnd, NewLeg, NewRun, RunStore } from './runs/run-store.ts';
export { type TaskRunsDefinition, type TaskRunsOptions, taskRuns } from './runs/task-runs.ts';
export type { Schedule } from './schedule.ts';
export {
  type AnyTask,
  type CollectionPolicy,
  type CollectionTask,
  type CollectionTaskOptions,
  defineCollectionTask,
  defineTask,
  type TaskDefinition,
  type TaskOptions,
  type TaskPolicy,
} from './task.ts';
export { type TaskInvocation, taskInvocation } from './task-invocation.ts';
export { validateParams } from './validate-params.ts';
