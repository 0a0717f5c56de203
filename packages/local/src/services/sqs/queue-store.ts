import type { Clock } from '../../core/clock.ts';
import { storeKey } from '../../core/stores.ts';
import { createQueue } from './create-queue.ts';
import { sqsError } from './errors.ts';
import type { Queue } from './queue.ts';

/** The queues of one account and region. */
export interface QueueStore {
  /** @throws ServiceError `QueueDeletedRecently` within a minute of a deletion */
  create(
    queue: { name: string; arn: string; attributes: Record<string, string>; tags: Record<string, string> },
    clock: Clock,
  ): Queue;
  byName(name: string): Queue | undefined;
  byArn(arn: string): Queue | undefined;
  /** In the order of their names. */
  list(): Queue[];
  remove(queue: Queue, clock: Clock): void;
  /** When a queue was purged last, by name. */
  readonly purgedAt: Map<string, number>;
}

const REUSE_MS = 60_000;

function createQueueStore(): QueueStore {
  const queues = new Map<string, Queue>();
  const deletedAt = new Map<string, number>();
  const byArn = (arn: string) => {
    const queue = queues.get(arn.slice(arn.lastIndexOf(':') + 1));
    return queue?.arn === arn ? queue : undefined;
  };
  return {
    create: (options, clock) => {
      const deleted = deletedAt.get(options.name);
      if (deleted !== undefined && clock.now() - deleted < REUSE_MS) {
        throw sqsError(
          'QueueDeletedRecently',
          'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
        );
      }
      const queue = createQueue({ ...options, clock, queueByArn: byArn });
      queues.set(queue.name, queue);
      return queue;
    },
    byName: (name) => queues.get(name),
    byArn,
    list: () => [...queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    remove: (queue, clock) => {
      queues.delete(queue.name);
      deletedAt.set(queue.name, clock.now());
      queue.close();
    },
    purgedAt: new Map(),
  };
}

/** Where every service finds the queues, e.g. SNS to deliver. */
export const queueStore = storeKey('sqs', createQueueStore);
