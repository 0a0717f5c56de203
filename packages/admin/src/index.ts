/** Admin tasks, their runs, and the places where they run. @module @twelvefold/admin */
export { adminCommand } from './cli/admin-command.ts';

export { type Collection, listCollection, pagedCollection } from './collection.ts';
export { keysetCollection, queryCollection, queueCollection, scanCollection } from './collections.ts';
export { ecsLauncher } from './launch/ecs.ts';
export { lambdaLauncher } from './launch/lambda.ts';
export type { Launcher } from './launch/launcher.ts';

export { runTask } from './run-task.ts';

export { runLeg } from './runner/run-leg.ts';

export type { RunRecord } from './runs/run.ts';

export type { RunStore } from './runs/run-store.ts';
export { type TaskRunsDefinition, taskRuns } from './runs/task-runs.ts';

export { supervise } from './supervisor/supervise.ts';
export { type CollectionTask, defineCollectionTask, defineTask, type TaskDefinition } from './task.ts';
export { taskInvocation } from './task-invocation.ts';
