import { TwelvefoldError } from '@twelvefold/core';
import type { AnyTask } from './task.ts';

/** A task to run, from an event. `runTask` validates its parameters. */
export interface TaskInvocation<T extends AnyTask = AnyTask> {
  readonly task: T;
  readonly params: unknown;
  readonly correlationId?: string;
}

const KNOWN_FIELDS: readonly string[] = ['task', 'params', 'correlationId'];

/**
 * Reads the event of a direct Lambda invocation or a schedule: `{ "task": "recalculate-totals",
 * "params": { ... }, "correlationId": "..." }`. `params` is optional.
 *
 * @throws TwelvefoldError `INVOCATION_INVALID` if the event has another shape or names an unknown
 * task.
 * @example
 * ```ts
 * export const handler = lambdaHandler(async (event: unknown, { signal }) => {
 *   const { task, params } = taskInvocation(tasks, event);
 *   return runTask(task, params, { signal, makeContext });
 * });
 * ```
 */
export function taskInvocation<T extends AnyTask>(tasks: readonly T[], event: unknown): TaskInvocation<T> {
  if (!isObject(event)) throw invalid(`the event is not an object like { "task": "${tasks[0]?.name ?? 'name'}" }`);
  const unknown = Object.keys(event).filter((field) => !KNOWN_FIELDS.includes(field));
  if (unknown.length > 0) {
    throw invalid(`the event has unknown fields ${unknown.join(', ')}; known: ${KNOWN_FIELDS.join(', ')}`);
  }
  const { task: name, params = {}, correlationId } = event;
  const known = tasks.map((task) => task.name).join(', ');
  if (typeof name !== 'string') throw invalid(`'task' is not a task's name; known: ${known}`);
  const task = tasks.find((candidate) => candidate.name === name);
  if (!task) throw invalid(`there is no task ${JSON.stringify(name.slice(0, 100))}; known: ${known}`);
  if (!isObject(params)) throw invalid(`'params' of task '${name}' is not an object`);
  if (correlationId !== undefined && typeof correlationId !== 'string')
    throw invalid("'correlationId' is not a string");
  return { task, params, ...(correlationId !== undefined && { correlationId }) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): TwelvefoldError {
  return new TwelvefoldError('INVOCATION_INVALID', `Cannot read task invocation: ${reason}`);
}
