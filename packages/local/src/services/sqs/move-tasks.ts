import { randomUUID } from 'node:crypto';
import { readInteger, readString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { invalidValue, missingParameter, sqsError } from './errors.ts';
import type { MoveTask } from './move-task.ts';
import { isActive, runMoveTask } from './move-task.ts';
import { deadLetterSources, optionalQueueByArn, queueByArn, queueStore } from './queue-store.ts';

/** The parts of a task handle. */
interface TaskHandle {
  readonly taskId: string;
  readonly sourceArn: string;
}

const encodeTaskHandle = ({ taskId, sourceArn }: TaskHandle) =>
  Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');

/**
 * @throws ServiceError `MissingParameter`, `InvalidParameterValue` for text that is not a handle
 */
function decodeTaskHandle(handle: string | undefined): TaskHandle {
  if (handle === undefined || handle === '') throw missingParameter('TaskHandle');
  try {
    const read: unknown = JSON.parse(Buffer.from(handle, 'base64').toString());
    if (typeof read === 'object' && read !== null && 'taskId' in read && 'sourceArn' in read) {
      return { taskId: String(read.taskId), sourceArn: String(read.sourceArn) };
    }
  } catch {
    // Refused below, like JSON without these members.
  }
  throw invalidValue('Value for parameter TaskHandle is invalid.');
}

/** ListMessageMoveTasks tells of ten at most. */
const MAX_TASKS = 10;

/**
 * Checked on the source of a move task: it runs with the permissions of its caller (SQS guide,
 * "Configure a dead-letter queue redrive").
 */
const MOVE_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

export const startMessageMoveTask: Action = (input, context) => {
  const store = context.stores.get(queueStore);
  const source = queueByArn(input, 'SourceArn', context);
  for (const action of MOVE_ACTIONS) context.touches(source.arn, action);
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
  store.moveTasks.set(source.arn, [task, ...tasks].slice(0, MAX_TASKS));
  runMoveTask(task, store, context);
  return { TaskHandle: encodeTaskHandle({ taskId: task.id, sourceArn: source.arn }) };
};

/** Newest first; one unless more are asked for. */
export const listMessageMoveTasks: Action = (input, context) => {
  const { arn } = queueByArn(input, 'SourceArn', context);
  const max = readInteger(input, 'MaxResults') ?? 1;
  if (max < 1 || max > 10) {
    throw invalidValue(
      "Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and 10.",
    );
  }
  const tasks = context.stores.get(queueStore).moveTasks.get(arn) ?? [];
  return {
    Results: tasks.slice(0, max).map((task) => ({
      TaskHandle: task.status === 'RUNNING' ? encodeTaskHandle({ taskId: task.id, sourceArn: arn }) : undefined,
      Status: task.status,
      SourceArn: arn,
      DestinationArn: task.destinationArn,
      MaxNumberOfMessagesPerSecond: task.maxPerSecond,
      ApproximateNumberOfMessagesMoved: task.moved,
      ApproximateNumberOfMessagesToMove: task.toMove,
      FailureReason: task.failureReason,
      StartedTimestamp: task.startedAt,
    })),
  };
};

/** The messages that were moved stay; the task ends at its next step. */
export const cancelMessageMoveTask: Action = (input, context) => {
  const { taskId, sourceArn } = decodeTaskHandle(readString(input, 'TaskHandle'));
  context.touches(sourceArn);
  const store = context.stores.get(queueStore);
  if (store.byArn(sourceArn) === undefined) {
    throw sqsError(
      'ResourceNotFoundException',
      "The resource that you specified for the SourceArn parameter doesn't exist.",
    );
  }
  const task = store.moveTasks.get(sourceArn)?.find(({ id }) => id === taskId);
  if (task === undefined) throw sqsError('ResourceNotFoundException', 'Task does not exist.');
  if (task.status !== 'RUNNING') {
    throw sqsError(
      'UnsupportedOperation',
      `A message move task can be cancelled only while it runs: it is ${task.status}.`,
    );
  }
  task.status = 'CANCELLING';
  return { ApproximateNumberOfMessagesMoved: task.moved };
};
