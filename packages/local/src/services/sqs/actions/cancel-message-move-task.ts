import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { sqsError } from '../errors.ts';
import { queueStore } from '../queue-store.ts';
import { decodeTaskHandle } from '../task-handle.ts';

/** What was moved stays where it is; the task ends at its next step. */
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
