import { readInteger } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidValue } from '../errors.ts';
import { queueByArn } from '../queue-by-arn.ts';
import { queueStore } from '../queue-store.ts';
import { encodeTaskHandle } from '../task-handle.ts';

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
