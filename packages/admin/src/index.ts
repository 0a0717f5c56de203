export { type AdminCommandOptions, type AdminIo, adminCommand, type RunOne } from './cli/admin-command.ts';
export type { AdminRuns, LegHere } from './cli/admin-runs.ts';
export {
  type Collection,
  type CollectionPage,
  type CollectionRecord,
  type Json,
  listCollection,
  pagedCollection,
  type ReadOptions,
} from './collection.ts';
export {
  type KeysetOptions,
  keysetCollection,
  queryCollection,
  queueCollection,
  type RowsCollectionOptions,
  scanCollection,
} from './collections.ts';
export { type EcsLauncherOptions, type EcsPlace, ecsLauncher } from './launch/ecs.ts';
export { type LambdaLauncherOptions, type LegEvent, lambdaLauncher } from './launch/lambda.ts';
export type { Launcher } from './launch/launcher.ts';
export { type LaunchOptions, newRun } from './launch/new-run.ts';
export { explainStop, type StoppedTask } from './launch/stop-reasons.ts';
export { ParamsInvalid } from './params-invalid.ts';
export { type RunTaskOptions, runTask } from './run-task.ts';
export { countCapacity } from './runner/count-capacity.ts';
export type { Pace, Throttle } from './runner/pace.ts';
export { type RunInfo, type RunLegOptions, runLeg } from './runner/run-leg.ts';
export { collectionCount } from './runner/work-off.ts';
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
export { type Schedule, schedulesOf } from './schedule.ts';
export { handleSupervisorEvent, type SupervisorOptions } from './supervisor/handle-supervisor-event.ts';
export { type RunningSupervisor, startSupervisor } from './supervisor/start-supervisor.ts';
export { type SuperviseOptions, type SupervisorReport, supervise } from './supervisor/supervise.ts';
export {
  type AnyTask,
  type CollectionPolicy,
  type CollectionTask,
  type CollectionTaskOptions,
  collectionFaults,
  defineCollectionTask,
  defineTask,
  type TaskDefinition,
  type TaskOptions,
  type TaskPolicy,
  taskFaults,
} from './task.ts';
export { type TaskInvocation, taskInvocation } from './task-invocation.ts';
export { validateParams } from './validate-params.ts';
