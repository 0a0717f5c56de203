import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import type { BatchAnswer } from '../../message/batch-call.ts';
import { callBatch } from '../../message/batch-call.ts';
import type { ConsumerEvent } from '../consumer-event.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import type { Alarm } from './alarm.ts';
import { createAlarm } from './alarm.ts';

/** A message by what SQS needs to delete or hide it. */
export interface Acknowledgeable {
  readonly messageId: string;
  readonly receiptHandle: string;
}

export interface AcknowledgerDeps {
  readonly queue: string;
  readonly url: string;
  readonly aws: Aws;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: ConsumerEvent) => void;
  /** How long a message waits for others to share its call, in milliseconds. */
  readonly lingerMs: number;
}

/** Deletes messages and times their next deliveries, in calls of ten. */
export interface Acknowledger<M extends Acknowledgeable> {
  /** Deletes a message; calls `done` when SQS has answered, also when it refused. */
  delete(message: M, done: (message: M) => void): void;
  /** Makes a message visible again after whole seconds; calls `done` as `delete` does. */
  hide(message: M, seconds: number, done: (message: M) => void): void;
  /** Sends what waits for others to share its call. */
  flush(): void;
  /** Sends what waits; from now on nothing waits. */
  hurry(): void;
  /** Deletions without an answer. */
  readonly deletions: number;
}

export function createAcknowledger<M extends Acknowledgeable>(deps: AcknowledgerDeps): Acknowledger<M> {
  const { queue, url, aws, emit } = deps;
  const write = { access: 'write', repeatable: true } as const;
  const deletions = new EntryBatcher<M, { ReceiptHandle: string }>(deps, {
    action: `delete messages of queue '${queue}'`,
    send: (Entries) => aws.call(sqs, 'DeleteMessageBatch', { QueueUrl: url, Entries }, write),
    onError: ({ messageId }, error) => emit({ type: 'deleteFailed', messageId, error }),
  });
  const delays = new EntryBatcher<M, { ReceiptHandle: string; VisibilityTimeout: number }>(deps, {
    action: `change visibility of messages of queue '${queue}'`,
    send: (Entries) => aws.call(sqs, 'ChangeMessageVisibilityBatch', { QueueUrl: url, Entries }, write),
    onError: ({ messageId }, error) => emit({ type: 'visibilityFailed', messageId, error }),
  });
  return {
    delete: (message, done) => deletions.add(message, { ReceiptHandle: message.receiptHandle }, done),
    hide: (message, VisibilityTimeout, done) =>
      delays.add(message, { ReceiptHandle: message.receiptHandle, VisibilityTimeout }, done),
    flush() {
      deletions.flush();
      delays.flush();
    },
    hurry() {
      deletions.hurry();
      delays.hurry();
    },
    get deletions() {
      return deletions.unsettled;
    },
  };
}

interface EntryCall<M, E> {
  /** For error messages. */
  readonly action: string;
  send(entries: Array<E & { Id: string }>): Promise<BatchAnswer>;
  onError(message: M, error: Error): void;
}

interface Waiting<M, E> {
  readonly message: M;
  readonly entry: E;
  readonly done: (message: M) => void;
}

/** Collects single entries into calls of ten. */
class EntryBatcher<M, E extends object> {
  /** Entries without an answer. */
  unsettled = 0;
  readonly #deps: AcknowledgerDeps;
  readonly #call: EntryCall<M, E>;
  readonly #linger: Alarm;
  #waiting: Waiting<M, E>[] = [];
  #isHurried = false;

  constructor(deps: AcknowledgerDeps, call: EntryCall<M, E>) {
    this.#deps = deps;
    this.#call = call;
    this.#linger = createAlarm(deps.clock, deps.lingerMs, () => this.flush());
  }

  add(message: M, entry: E, done: (message: M) => void): void {
    this.unsettled += 1;
    this.#waiting.push({ message, entry, done });
    if (this.#waiting.length === SQS_LIMITS.entries) this.flush();
    // In a microtask, so that messages that end together still share a call.
    else if (this.#isHurried) queueMicrotask(() => this.flush());
    else if (this.#waiting.length === 1) this.#linger.set();
  }

  flush(): void {
    this.#linger.unset();
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    void callBatch(batch, {
      action: this.#call.action,
      send: this.#call.send,
      settle: ({ message, done }, _id, error) => {
        this.unsettled -= 1;
        if (error !== undefined) this.#call.onError(message, error);
        done(message);
      },
      clock: this.#deps.clock,
      random: this.#deps.random,
    });
  }

  hurry(): void {
    this.#isHurried = true;
    this.flush();
    this.#linger.end();
  }
}
