/** For sibling packages, and types that signatures name. May change in any release. @module */
export type { AdminCommandOptions, AdminIo, RunOne } from './cli/admin-command.ts';
export type { AdminRuns, LegHere } from './cli/admin-runs.ts';
export type { CollectionPage, CollectionRecord, Json, ReadOptions } from './collection.ts';
export type { KeysetOptions, RowsCollectionOptions } from './collections.ts';
export type { EcsLauncherOptions, EcsPlace } from './launch/ecs.ts';
export type { LambdaLauncherOptions, LegEvent } from './launch/lambda.ts';
export { type LaunchOptions, newRun } from './launch/new-run.ts';
export type { StoppedTask } from './launch/stop-reasons.ts';
export type { RunTaskOptions } from './run-task.ts';
export { countCapacity } from './runner/count-capacity.ts';
export type { Pace, Throttle } from './runner/pace.ts';
export type { RunInfo, RunLegOptions } from './runner/run-leg.ts';
export { collectionCount } from './runner/work-off.ts';
export type {
  AuditEntry,
  Run,
  RunError,
  RunFailure,
  RunLaunch,
  RunPlace,
  RunSettings,
  SegmentProgress,
} from './runs/run.ts';
export type { RunCommand, RunStatus } from './runs/run-status.ts';
export type { Checkpoint, LegEnd, NewLeg, NewRun } from './runs/run-store.ts';
export type { TaskRunsOptions } from './runs/task-runs.ts';
export { type Schedule, schedulesOf } from './schedule.ts';
export { handleSupervisorEvent, type SupervisorOptions } from './supervisor/handle-supervisor-event.ts';
export { type RunningSupervisor, startSupervisor } from './supervisor/start-supervisor.ts';
export type { SuperviseOptions, SupervisorReport } from './supervisor/supervise.ts';
export {
  type AnyTask,
  type CollectionPolicy,
  type CollectionTaskOptions,
  collectionFaults,
  type TaskOptions,
  type TaskPolicy,
  taskFaults,
} from './task.ts';
export type { TaskInvocation } from './task-invocation.ts';
export { validateParams } from './validate-params.ts';
