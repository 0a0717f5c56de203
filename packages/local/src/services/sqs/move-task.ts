import type { StoreContext } from '../../core/stores.ts';
import type { Queue } from './queue-types.ts';

/** A message move task: plain data. */
export interface MoveTask {
  readonly id: string;
  /** The dead-letter queue that it empties. */
  readonly sourceArn: string;
  /** Without it every message goes back to the queue that it was a dead letter of. */
  readonly destinationArn: string | undefined;
  /** As asked for; the task moves up to 500 a second without it. */
  readonly maxPerSecond: number | undefined;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';
  moved: number;
  /** Approximate, as counted at the start. */
  readonly toMove: number;
  readonly startedAt: number;
  failureReason: string | undefined;
}

/** Whether another task of its source must wait. */
export const isActive = ({ status }: MoveTask) => status === 'RUNNING' || status === 'CANCELLING';

/** Where a task finds its queues. */
interface Queues {
  byArn(arn: string): Queue | undefined;
}

/** The most that a task moves in a second (StartMessageMoveTask). */
const MAX_PER_SECOND = 500;
const SECOND_MS = 1000;

/** One second's share. */
function moveShare(task: MoveTask, queues: Queues): void {
  const source = queues.byArn(task.sourceArn);
  if (source === undefined) {
    task.status = 'FAILED';
    task.failureReason = 'AWS.SimpleQueueService.NonExistentQueue';
    return;
  }
  const share = Math.min(task.maxPerSecond ?? MAX_PER_SECOND, task.toMove - task.moved);
  const moved = source.moveOut(share, (message) => {
    const targetArn = task.destinationArn ?? message.sourceArn;
    const target = targetArn === undefined ? undefined : queues.byArn(targetArn);
    if (target !== undefined) {
      target.readmit(message);
      return true;
    }
    task.status = 'FAILED';
    // A message that was sent to the dead-letter queue directly has no source (developer guide,
    // troubleshooting of redrive).
    task.failureReason =
      targetArn === undefined ? 'CouldNotDetermineMessageSource' : 'AWS.SimpleQueueService.NonExistentQueue';
    return false;
  });
  task.moved += moved;
  if (task.status === 'RUNNING' && (moved < share || task.moved >= task.toMove)) task.status = 'COMPLETED';
}

/**
 * Lets a task go on, on the clock, until it is done: one share at once, the next ones a second
 * apart.
 */
export function runMoveTask(
  task: MoveTask,
  queues: Queues,
  { clock, background }: Pick<StoreContext, 'clock' | 'background'>,
): void {
  const step = () => {
    if (task.status === 'CANCELLING') task.status = 'CANCELLED';
    if (task.status !== 'RUNNING') return;
    moveShare(task, queues);
    if (task.status === 'RUNNING') clock.after(SECOND_MS, step);
  };
  setImmediate(() => background(step)); // not on the clock, which may be frozen
}
