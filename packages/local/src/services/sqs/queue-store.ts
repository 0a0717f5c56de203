import type { Clock } from '../../core/clock.ts';
import { readString } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import type { StoreContext } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';
import { invalidParameter, invalidValue, missingParameter, queueDoesNotExist, sqsError } from './errors.ts';
import type { MoveTask } from './move-task.ts';
import { isActive, runMoveTask } from './move-task.ts';
import { createQueue } from './queue.ts';
import { allowsRedrive, parseRedrivePolicy } from './queue-attributes.ts';
import type { Queue, QueueState } from './queue-types.ts';
import { emptyQueueState } from './queue-types.ts';

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

/**
 * The queue whose ARN a member gives, noted in the call log; undefined when the member is absent.
 *
 * @throws ServiceError `InvalidParameterValue` for what is no ARN, `ResourceNotFoundException`
 */
export function optionalQueueByArn(
  input: Readonly<Record<string, unknown>>,
  member: string,
  context: CallContext,
  iamAction?: string,
): Queue | undefined {
  const arn = readString(input, member);
  if (arn === undefined || arn === '') return undefined;
  if (!/^arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+$/.test(arn)) {
    throw invalidValue(
      `You must use this format to specify the ${member}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    );
  }
  context.touches(arn, iamAction);
  const queue = context.stores.get(queueStore).byArn(arn);
  if (queue !== undefined) return queue;
  throw sqsError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${member} parameter doesn't exist.`,
  );
}

/**
 * As {@link optionalQueueByArn}, for a member that must be there.
 *
 * @throws ServiceError also `MissingParameter`
 */
export function queueByArn(input: Readonly<Record<string, unknown>>, member: string, context: CallContext): Queue {
  const queue = optionalQueueByArn(input, member, context);
  if (queue === undefined) throw missingParameter(member);
  return queue;
}

export const queueArn = ({ region, account }: CallContext, name: string) =>
  `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;

/** A queue name that stands where a URL should. */
const nameIn = (url: string) => (/^[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/.test(url) ? url : undefined);

/**
 * The URL is at the host that the caller reached us at, or clients that send to it would not come
 * back here.
 */
export const queueUrl = ({ origin, account }: CallContext, name: string) => `${origin}/${account}/${name}`;

/**
 * The queue of the input's QueueUrl, noted in the call log as touched by `iamAction`: batches need
 * the permission of the single action. Only the path of the URL counts, because the same endpoint
 * has several hosts. A bare queue name works too (recorded on AWS).
 *
 * @throws ServiceError `QueueDoesNotExist`, `MissingParameter`
 */
export function queueOf(input: Readonly<Record<string, unknown>>, context: CallContext, iamAction?: string): Queue {
  const url = readString(input, 'QueueUrl');
  if (url === undefined || url === '') throw missingParameter('QueueUrl');
  const [, account, name] = /\/(\d{12})\/([^/?#]+)\/?$/.exec(url) ?? [undefined, context.account, nameIn(url)];
  if (account === undefined || name === undefined) throw queueDoesNotExist();
  context.touches(`arn:${partitionOf(context.region)}:sqs:${context.region}:${account}:${name}`, iamAction);
  const queue = account === context.account ? context.stores.get(queueStore).byName(name) : undefined;
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
}

/** The key that encrypts the queue's messages; none while SQS manages the encryption. */
export const keyOf = ({ attributes }: Pick<Queue, 'attributes'>): string | undefined =>
  attributes.SqsManagedSseEnabled === 'true' ? undefined : attributes.KmsMasterKeyId;

/** The queues whose redrive policy names `arn`, in the order of their names. */
export const deadLetterSources = (arn: string, store: QueueStore): Queue[] =>
  store.list().filter(({ attributes: { RedrivePolicy: text } }) => {
    return text !== undefined && parseRedrivePolicy(text).deadLetterTargetArn === arn;
  });

/**
 * A dead-letter queue must be there, be another queue, be of the same type and take this queue's
 * dead letters.
 *
 * @throws ServiceError `InvalidParameterValue`
 */
export function checkRedriveTarget(attributes: Readonly<Record<string, string>>, arn: string, store: QueueStore): void {
  const text = attributes.RedrivePolicy;
  if (text === undefined || text === '') return;
  const { deadLetterTargetArn } = parseRedrivePolicy(text);
  const refuse = (reason: string) => invalidParameter(text, 'RedrivePolicy', reason);
  if (deadLetterTargetArn === arn) throw refuse('Dead letter target owner should be different from the source.');
  const target = store.byArn(deadLetterTargetArn);
  if (target === undefined) throw refuse('Dead letter target does not exist.');
  if (target.fifo !== arn.endsWith('.fifo'))
    throw refuse('Dead-letter queue must be same type of queue as the source.');
  if (!allowsRedrive(target.attributes, arn)) {
    throw refuse('The redrive allow policy of the dead-letter queue does not permit this source queue.');
  }
}
