import { randomUUID } from 'node:crypto';
import { readInteger } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { deadLetterSources } from '../dead-letter-sources.ts';
import { invalidValue } from '../errors.ts';
import type { MoveTask } from '../move-task.ts';
import { isActive } from '../move-task.ts';
import { optionalQueueByArn, queueByArn } from '../queue-by-arn.ts';
import { queueStore } from '../queue-store.ts';
import { runMoveTask } from '../run-move-task.ts';
import { encodeTaskHandle } from '../task-handle.ts';

/** ListMessageMoveTasks tells of ten at most. */
const KEPT = 10;

export const startMessageMoveTask: Action = (input, context) => {
  const store = context.stores.get(queueStore);
  const source = queueByArn(input, 'SourceArn', context);
  if (deadLetterSources(source.arn, store).length === 0) {
    throw invalidValue('Source queue must be configured as a Dead Letter Queue.');
  }
  const destination = optionalQueueByArn(input, 'DestinationArn', context, 'sqs:SendMessage');
  if (destination === source) {
    throw invalidValue('Source queue arn and destination queue arn cannot be the same.');
  }
  if (destination !== undefined && destination.fifo !== source.fifo) {
    throw invalidValue('The source queue and destination queue must be of the same queue type.');
  }
  const maxPerSecond = readInteger(input, 'MaxNumberOfMessagesPerSecond');
  if (maxPerSecond !== undefined && (maxPerSecond < 1 || maxPerSecond > 500)) {
    throw invalidValue(
      "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's between 1 and 500.",
    );
  }
  const tasks = store.moveTasks.get(source.arn) ?? [];
  if (tasks.some(isActive)) {
    throw invalidValue(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
  }
  const task: MoveTask = {
    id: randomUUID(),
    sourceArn: source.arn,
    destinationArn: destination?.arn,
    maxPerSecond,
    status: 'RUNNING',
    moved: 0,
    toMove: source.counts().visible,
    startedAt: context.clock.now(),
    failureReason: undefined,
  };
  store.moveTasks.set(source.arn, [task, ...tasks].slice(0, KEPT));
  runMoveTask(task, store, context);
  return { TaskHandle: encodeTaskHandle({ taskId: task.id, sourceArn: source.arn }) };
};
