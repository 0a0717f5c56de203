import type { Clock } from '../../core/clock.ts';
import type { StoreContext } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';
import { createQueue } from './create-queue.ts';
import { sqsError } from './errors.ts';
import type { MoveTask } from './move-task.ts';
import { isActive } from './move-task.ts';
import type { Queue } from './queue.ts';
import type { QueueState } from './queue-state.ts';
import { emptyQueueState } from './queue-state.ts';
import { runMoveTask } from './run-move-task.ts';

/** The queues of one account and region. */
export interface QueueStore {
  /** @throws ServiceError `QueueDeletedRecently` within a minute of a deletion */
  create(queue: Pick<QueueState, 'name' | 'arn' | 'attributes' | 'tags'>, clock: Clock): Queue;
  /** A queue out of what was its state. */
  restore(state: QueueState, clock: Clock): Queue;
  byName(name: string): Queue | undefined;
  byArn(arn: string): Queue | undefined;
  /** In the order of their names. */
  list(): Queue[];
  remove(queue: Queue, clock: Clock): void;
  /** When the queues of the last minute were deleted, by name. */
  readonly deletedAt: Map<string, number>;
  /** Newest first, by the ARN of the queue they empty. */
  readonly moveTasks: Map<string, MoveTask[]>;
}

const REUSE_MS = 60_000;

function createQueueStore(): QueueStore {
  const queues = new Map<string, Queue>();
  const deletedAt = new Map<string, number>();
  const moveTasks = new Map<string, MoveTask[]>();
  const byArn = (arn: string) => {
    const queue = queues.get(arn.slice(arn.lastIndexOf(':') + 1));
    return queue?.arn === arn ? queue : undefined;
  };
  const restore = (state: QueueState, clock: Clock) => {
    const queue = createQueue({ state, clock, queueByArn: byArn });
    queues.set(queue.name, queue);
    return queue;
  };
  return {
    create: (queue, clock) => {
      const deleted = deletedAt.get(queue.name);
      if (deleted !== undefined && clock.now() - deleted < REUSE_MS) {
        throw sqsError(
          'QueueDeletedRecently',
          'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
        );
      }
      deletedAt.delete(queue.name);
      return restore(emptyQueueState(queue, clock.now()), clock);
    },
    restore,
    byName: (name) => queues.get(name),
    byArn,
    list: () => [...queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    remove: (queue, clock) => {
      queues.delete(queue.name);
      deletedAt.set(queue.name, clock.now());
      moveTasks.delete(queue.arn);
      queue.close();
    },
    deletedAt,
    moveTasks,
  };
}

interface SavedQueues {
  readonly queues: readonly QueueState[];
  readonly deletedAt: Map<string, number>;
  readonly moveTasks: Map<string, MoveTask[]>;
}

function loadQueueStore({ queues, deletedAt, moveTasks }: SavedQueues, context: StoreContext): QueueStore {
  const store = createQueueStore();
  for (const state of queues) store.restore(state, context.clock);
  for (const [name, at] of deletedAt) store.deletedAt.set(name, at);
  for (const [arn, tasks] of moveTasks) {
    store.moveTasks.set(arn, tasks);
    for (const task of tasks) if (isActive(task)) runMoveTask(task, store, context);
  }
  return store;
}

/** Where every service finds the queues, e.g. SNS to deliver. */
export const queueStore = storeKey('sqs', createQueueStore, {
  save: ({ list, deletedAt, moveTasks }): SavedQueues => ({
    queues: list().map(({ state }) => state),
    deletedAt,
    moveTasks,
  }),
  load: loadQueueStore,
});
