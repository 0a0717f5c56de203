export { type AdminIo, adminCommand, type RunOne } from './cli/admin-command.ts';
export { ParamsInvalid } from './params-invalid.ts';
export type { Run, RunError } from './run.ts';
export { type RunTaskOptions, runTask } from './run-task.ts';
export { type AnyTask, defineTask, type TaskDefinition, type TaskOptions } from './task.ts';
export { type TaskInvocation, taskInvocation } from './task-invocation.ts';
export { validateParams } from './validate-params.ts';
