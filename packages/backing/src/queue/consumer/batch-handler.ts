import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { Clock, Deadline } from '@twelvefold/core';
import { after, NO_DEADLINE } from '@twelvefold/core/internal';
import { callBatch } from '../../message/batch-call.ts';
import { GroupScheduler } from '../../message/group-scheduler.ts';
import type { ConsumerEvent } from '../consumer-event.ts';
import type { BatchContext, ReceivedMessage } from '../port.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { deadlineNear, drainForced } from './abort-reasons.ts';
import type { MessageTerms, Outcome, ProcessMessage } from './process-message.ts';
import { oldestAgeMs } from './received-message.ts';

export interface BatchHandlerDeps {
  readonly queue: string;
  readonly url: string;
  readonly aws: Aws;
  readonly visibilityMs: number;
  readonly concurrency: number;
  /** Order is kept within message groups. */
  readonly fifo: boolean;
  readonly process: ProcessMessage;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: ConsumerEvent) => void;
  /** Whether an event is made of a batch that was received, too. */
  readonly emitsSuccesses: boolean;
}

/**
 * Kept free at the end of an invocation to give up, to time deliveries and to answer: a tenth of
 * it, 500 ms to 10 s.
 */
const RESERVE_SHARE = 0.1;
const MIN_RESERVE_MS = 500;
const MAX_RESERVE_MS = 10_000;
/**
 * Timing the next deliveries is optional: it may take this long, and half of what is left of the
 * invocation.
 */
const MAX_TIMING_MS = 5_000;
/**
 * The 12 hours began when Lambda received the message: up to 5 minutes of batching and 15 of
 * running ago.
 */
const MAX_DELAY_MS = SQS_LIMITS.invisibleMs - 20 * 60_000;
/**
 * Lambda repeats a failed asynchronous invocation after a minute, and again two minutes later
 * (developer guide, retry behaviour).
 */
const TOPIC_REDELIVERY_MS = 60_000;

/**
 * Handles the records of one Lambda event, in order, `concurrency` at a time. Where order is kept,
 * one message of each group is active at a time, and when it fails the rest of its group fails with
 * it.
 *
 * When the deadline nears no message is started, active handlers see their signal abort, and
 * unfinished messages are reported as failed: after a timeout Lambda would deliver the finished
 * ones again too. Visibility is not extended: Lambda requires a visibility timeout above the
 * function's own.
 */
export function createBatchHandler(
  deps: BatchHandlerDeps,
): (messages: readonly ReceivedMessage[], context?: BatchContext) => Promise<{ failedMessageIds: string[] }> {
  return (messages, context = {}) => new Batch(deps, messages, context).handle();
}

const WAITING = 0;
const STARTED = 1;
const DONE = 2;
const FAILED = 3;

/**
 * One event while it is handled: the conditions of its messages, and what became of each so far.
 */
class Batch implements MessageTerms {
  readonly deadline: Deadline;
  readonly #deps: BatchHandlerDeps;
  readonly #messages: readonly ReceivedMessage[];
  readonly #context: BatchContext;
  readonly #fromTopic: boolean;
  readonly #beganAt: number;
  /** By index of a message. */
  readonly #states: number[];
  /** Milliseconds to the next delivery, of messages that get one. Made with the first. */
  #delays: Map<ReceivedMessage, number> | undefined;
  readonly #groups: GroupScheduler<number> | undefined;
  /** Indexes of messages that may start: all of them, or the first of each group. */
  readonly #startable: readonly number[] | undefined;
  #next = 0;
  #active = 0;
  #abortReason: Error | undefined;
  /**
   * Made when a handler asks for its signal: most do not, and it costs more than the rest of a
   * batch.
   */
  #controller: AbortController | undefined;
  /** Outcomes no longer count. */
  #isOver = false;
  #over: (() => void) | undefined;
  #cancelTimer: () => void = () => {};
  #reserveMs = 0;

  constructor(deps: BatchHandlerDeps, messages: readonly ReceivedMessage[], context: BatchContext) {
    this.#deps = deps;
    this.#messages = messages;
    this.#context = context;
    this.deadline = context.deadline ?? NO_DEADLINE;
    this.#fromTopic = context.source === 'topic';
    this.#beganAt = deps.clock.monotonic();
    this.#states = new Array<number>(messages.length).fill(WAITING);
    if (deps.fifo && !this.#fromTopic) {
      const groups = new GroupScheduler<number>();
      this.#groups = groups;
      this.#startable = [...messages.keys()].filter((index) => groups.admit(this.#groupOf(index), index));
    }
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Until SQS may deliver the messages again. The lease of a topic's message is the invocation. */
  readonly leaseRemaining = (): number => {
    if (this.#fromTopic) return Math.max(0, this.deadline.remainingMs());
    return Math.max(0, this.#deps.visibilityMs - (this.#deps.clock.monotonic() - this.#beganAt));
  };

  redeliveryMs(wantedMs: number): number {
    return this.#fromTopic ? TOPIC_REDELIVERY_MS : Math.min(wantedMs, MAX_DELAY_MS);
  }

  async handle(): Promise<{ failedMessageIds: string[] }> {
    const { clock, queue } = this.#deps;
    const { signal } = this.#context;
    this.#report();
    const totalMs = this.deadline.remainingMs();
    this.#reserveMs = Math.min(Math.max(totalMs * RESERVE_SHARE, MIN_RESERVE_MS), MAX_RESERVE_MS, totalMs / 2);
    const onAbort = () => this.#abort(drainForced(queue));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (this.#abortReason === undefined) {
      this.#cancelTimer = after(clock, totalMs - this.#reserveMs, () => this.#abort(deadlineNear(queue)));
    }
    this.#startNext();
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#over = resolve;
      });
    }
    this.#isOver = true;
    this.#cancelTimer();
    signal?.removeEventListener('abort', onAbort);
    const failedMessageIds = this.#failures();
    if (this.#delays !== undefined && !this.#fromTopic) await this.#timeDeliveries(this.#delays);
    return { failedMessageIds };
  }

  #report(): void {
    const { clock, emit, emitsSuccesses } = this.#deps;
    if (!emitsSuccesses || this.#messages.length === 0) return;
    const sent = this.#messages.map(({ attributes }) => attributes.SentTimestamp);
    emit({ type: 'received', count: this.#messages.length, ageMs: oldestAgeMs(sent, clock.now()) });
  }

  #startNext(): void {
    const count = this.#startable?.length ?? this.#messages.length;
    while (this.#active < this.#deps.concurrency && this.#next < count && this.#abortReason === undefined) {
      const index = this.#startable === undefined ? this.#next : (this.#startable[this.#next] ?? 0);
      this.#next += 1;
      this.#active += 1;
      this.#start(index);
    }
    if (this.#active === 0) this.#over?.();
  }

  #start(index: number): void {
    this.#states[index] = STARTED;
    const message = this.#messages[index] as ReceivedMessage; // index is below length
    this.#deps.process(message, this, this.#conclude, index);
  }

  readonly #conclude = (outcome: Outcome, index: number): void => {
    if (this.#isOver) return;
    const isDone = outcome.kind === 'acknowledge';
    this.#states[index] = isDone ? DONE : FAILED;
    if (outcome.kind === 'retry') this.#delay(this.#messages[index] as ReceivedMessage, outcome.delayMs); // it was started
    if (this.#groups !== undefined && this.#continueGroup(this.#groups, this.#groupOf(index), isDone)) return;
    this.#active -= 1;
    this.#startNext();
  };

  /**
   * Starts the next message of a group, or fails the rest of it. Returns whether it started one.
   */
  #continueGroup(groups: GroupScheduler<number>, group: string, isDone: boolean): boolean {
    if (!isDone) {
      // SQS delivers none of them before the one that failed.
      for (const later of groups.clear(group)) {
        const message = this.#messages[later] as ReceivedMessage; // the scheduler holds indexes of messages
        this.#states[later] = FAILED;
        this.#delay(message, 0);
        this.#deps.emit({ type: 'returned', messageId: message.messageId });
      }
      return false;
    }
    const next = this.#abortReason === undefined ? groups.advance(group) : undefined;
    if (next === undefined) return false;
    this.#start(next);
    return true;
  }

  #groupOf(index: number): string {
    return this.#messages[index]?.attributes.MessageGroupId ?? '';
  }

  #delay(message: ReceivedMessage, delayMs: number): void {
    this.#delays ??= new Map();
    this.#delays.set(message, delayMs);
  }

  /**
   * Starts nothing more; active handlers see their signal abort and get half of the reserve to end.
   */
  #abort(reason: Error): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
    this.#cancelTimer();
    const graceMs = Math.min(this.#reserveMs / 2, MIN_RESERVE_MS);
    this.#cancelTimer = after(this.#deps.clock, graceMs, () => this.#over?.());
  }

  /** The ids of messages that are not done, in order. */
  #failures(): string[] {
    const ids: string[] = [];
    for (let index = 0; index < this.#messages.length; index += 1) {
      const state = this.#states[index];
      if (state === DONE) continue;
      const message = this.#messages[index] as ReceivedMessage; // index is below length
      ids.push(message.messageId);
      if (state === FAILED) continue;
      this.#deps.emit({ type: 'abandoned', messageId: message.messageId, started: state === STARTED });
      // It was never started: the next consumer may have it at once.
      if (state === WAITING) this.#delay(message, 0);
    }
    return ids;
  }

  /**
   * Times the next deliveries, ten per call. A call that hangs must not fail the whole batch: a
   * message that could not be timed is delivered when its visibility timeout ends.
   */
  async #timeDeliveries(delays: ReadonlyMap<ReceivedMessage, number>): Promise<void> {
    const { url, aws, clock, random, emit, queue } = this.#deps;
    const late = new AbortController();
    const cancel = after(clock, Math.min(MAX_TIMING_MS, this.deadline.remainingMs() / 2), () =>
      late.abort(new DOMException('The invocation is about to end', 'TimeoutError')),
    );
    const items = [...delays].map(([message, delayMs]) => ({
      messageId: message.messageId,
      entry: { ReceiptHandle: message.receiptHandle, VisibilityTimeout: Math.ceil(delayMs / 1_000) },
    }));
    const calls: Array<Promise<void>> = [];
    for (let start = 0; start < items.length; start += SQS_LIMITS.entries) {
      const call = callBatch(items.slice(start, start + SQS_LIMITS.entries), {
        action: `change visibility of messages of queue '${queue}'`,
        send: (Entries) => {
          const options = { access: 'write', repeatable: true, signal: late.signal } as const;
          return aws.call(sqs, 'ChangeMessageVisibilityBatch', { QueueUrl: url, Entries }, options);
        },
        settle: ({ messageId }, _id, error) => {
          if (error !== undefined) emit({ type: 'visibilityFailed', messageId, error });
        },
        attempts: 1, // the invocation is not to wait for a back-off
        clock,
        random,
      });
      calls.push(call);
    }
    await Promise.all(calls);
    cancel();
  }
}
