import type { Aws } from '@twelvefold/aws';
import type { Clock, Deadline } from '@twelvefold/lifecycle';
import { after, NO_DEADLINE } from '@twelvefold/lifecycle';
import type { ConsumerEvent } from '../consumer-event.ts';
import type { BatchContext, ReceivedMessage } from '../port.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { deadlineNear, drainForced } from './abort-reason.ts';
import { ageOf } from './age-of.ts';
import type { MessageCore, MessageRun } from './message-core.ts';

export interface BatchHandlerDeps {
  queue: string;
  /** Where the messages wait for their next delivery. Without it nothing times that, and their lease is the invocation. */
  visibility: VisibilityDeps | undefined;
  concurrency: number;
  /** Order is kept within message groups. */
  fifo: boolean;
  core: MessageCore;
  clock: Clock;
  /** Without a listener no event is made. */
  emit: ((event: ConsumerEvent) => void) | undefined;
}

export interface VisibilityDeps {
  readonly url: string;
  readonly aws: Aws;
  /** The queue's visibility timeout. */
  readonly ms: number;
}

/** Built once: an abort without a reason builds an error with a stack each time. */
const FINISHED = new Error('Batch has been handled');
/** Kept free at the end of an invocation to give up, to tell SQS and to answer: a tenth of it, 500 ms to 10 s. */
const RESERVE_SHARE = 0.1;
const MIN_RESERVE_MS = 500;
const MAX_RESERVE_MS = 10_000;
/** To time the next deliveries is a courtesy: it may take this long, and half of what is left of the invocation. */
const LONGEST_TIMING_MS = 5_000;
/** The 12 hours began when Lambda received the message: up to 5 minutes of batching and 15 of running ago. */
const LONGEST_DELAY_MS = SQS_LIMITS.invisibleMs - 20 * 60_000;

/**
 * Handles the records of one Lambda event, in order, `concurrency` at a time; where order is kept, one of each group at a time, and of a group
 * whose message failed the rest is reported with it. When the deadline nears nothing more is started,
 * running handlers see their signal abort, and whatever is unfinished is reported as failed: better than a timeout, which
 * would bring the finished ones back too. Visibility is not extended here: Lambda demands a visibility above its own timeout.
 */
export function createBatchHandler(deps: BatchHandlerDeps) {
  const { clock, emit, visibility } = deps;

  return async (messages: readonly ReceivedMessage[], context: BatchContext = {}) => {
    const { deadline = NO_DEADLINE, signal } = context;
    const totalMs = deadline.remainingMs();
    const reserveMs = Math.min(Math.max(totalMs * RESERVE_SHARE, MIN_RESERVE_MS), MAX_RESERVE_MS, totalMs / 2);
    const states = new Array<State>(messages.length).fill('waiting');
    const delays = new Map<ReceivedMessage, number>();
    const ending = createAbort();
    const over = Promise.withResolvers<void>();
    let next = 0;
    let underWay = 0;
    let closed = false;
    if (emit && messages.length > 0) {
      const sent = messages.map(({ attributes }) => attributes.SentTimestamp);
      emit({ type: 'received', count: messages.length, ageMs: Math.max(0, ageOf(sent, clock.now())) });
    }
    // Where order is kept a lane is a group, else a message. Both are numbers of messages.
    const lanes = deps.fifo ? byGroup(messages) : undefined;
    const lanesCount = lanes?.length ?? messages.length;
    const begunAt = clock.monotonic();
    const leaseRemaining = visibility
      ? () => Math.max(0, visibility.ms - (clock.monotonic() - begunAt))
      : () => Math.max(0, deadline.remainingMs());
    const run = new BatchRun(ending, deadline, leaseRemaining);

    // Callbacks throughout, for the sake of speed: a record is to cost no promise here.
    const startLanes = (): void => {
      while (underWay < deps.concurrency && next < lanesCount && !ending.aborted()) {
        underWay += 1;
        const at = next++;
        if (lanes)
          advance(lanes[at] as readonly number[], 0); // at is below length
        else handle(at, endLane);
      }
      if (underWay === 0) over.resolve();
    };
    const endLane = (): void => {
      underWay -= 1;
      startLanes();
    };
    const handle = (at: number, handled: (done: boolean) => void): void => {
      const message = messages[at] as ReceivedMessage; // at is below length
      states[at] = 'started';
      deps.core(message, run, (outcome) => {
        if (closed) return;
        const done = outcome.kind === 'acknowledge';
        states[at] = done ? 'done' : 'failed';
        if (outcome.kind === 'retry') delays.set(message, outcome.delayMs);
        handled(done);
      });
    };
    const advance = (lane: readonly number[], position: number): void => {
      const at = lane[position];
      if (at === undefined || ending.aborted()) {
        endLane();
        return;
      }
      handle(at, (done) => {
        if (done) {
          advance(lane, position + 1);
          return;
        }
        // SQS gives out none of them before the one that failed.
        for (const later of lane.slice(position + 1)) {
          const message = messages[later] as ReceivedMessage; // lanes hold numbers of messages
          states[later] = 'failed';
          delays.set(message, 0);
          emit?.({ type: 'returned', messageId: message.messageId });
        }
        endLane();
      });
    };

    const onAbort = () => ending.abort(drainForced(deps.queue));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    let undo = after(clock, totalMs - reserveMs, () => ending.abort(deadlineNear(deps.queue)));
    startLanes();
    ending.onAbort(() => {
      undo();
      undo = after(clock, Math.min(reserveMs / 2, MIN_RESERVE_MS), over.resolve);
    });
    await over.promise;
    closed = true;
    undo();
    signal?.removeEventListener('abort', onAbort);

    const failedMessageIds: string[] = [];
    for (const [at, message] of messages.entries()) {
      const state = states[at];
      if (state === 'done') continue;
      failedMessageIds.push(message.messageId);
      if (state === 'failed') continue;
      emit?.({ type: 'abandoned', messageId: message.messageId, started: state === 'started' });
      // Never started through no fault of its own: whoever comes next may have it at once.
      if (state === 'waiting') delays.set(message, 0);
    }
    if (visibility && delays.size > 0) {
      await delayAll(deps, visibility, delays, Math.min(LONGEST_TIMING_MS, deadline.remainingMs() / 2));
    }
    return { failedMessageIds };
  };
}

/** A class: a getter in an object literal would cost each batch several times as much as all else here. */
class BatchRun implements MessageRun {
  readonly deadline: Deadline;
  readonly leaseRemaining: () => number;
  readonly #ending: { signal(): AbortSignal };

  constructor(ending: { signal(): AbortSignal }, deadline: Deadline, leaseRemaining: () => number) {
    this.deadline = deadline;
    this.leaseRemaining = leaseRemaining;
    this.#ending = ending;
  }

  get signal(): AbortSignal {
    return this.#ending.signal();
  }

  longestDelayMs(): number {
    return LONGEST_DELAY_MS;
  }
}

type State = 'waiting' | 'started' | 'done' | 'failed';

/** An abort whose signal is made when a handler asks for it: most do not, and it costs more than all else that a batch needs. */
function createAbort() {
  let controller: AbortController | undefined;
  let reason: Error | undefined;
  let listener: (() => void) | undefined;
  return {
    aborted: () => reason !== undefined,
    /** At once when it has been aborted. One listener. */
    onAbort(callback: () => void) {
      if (reason === undefined) listener = callback;
      else callback();
    },
    abort(why: Error) {
      if (reason !== undefined) return;
      reason = why;
      controller?.abort(why);
      listener?.();
    },
    signal(): AbortSignal {
      if (controller === undefined) {
        controller = new AbortController();
        if (reason !== undefined) controller.abort(reason);
      }
      return controller.signal;
    },
  };
}

/** The numbers of each group's messages, in order. */
function byGroup(messages: readonly ReceivedMessage[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [at, message] of messages.entries()) {
    const id = message.attributes.MessageGroupId ?? '';
    const group = groups.get(id);
    if (group) group.push(at);
    else groups.set(id, [at]);
  }
  return [...groups.values()];
}

/**
 * Times the next deliveries, ten per call, within `limitMs`: a call that hangs must not cost the whole batch. What cannot be timed
 * comes when its visibility timeout ends.
 */
async function delayAll(
  deps: BatchHandlerDeps,
  visibility: VisibilityDeps,
  delays: ReadonlyMap<ReceivedMessage, number>,
  limitMs: number,
): Promise<void> {
  const all = [...delays];
  const late = new AbortController();
  const timer = new AbortController();
  const limit = deps.clock.sleep(limitMs, timer.signal).then(
    () => late.abort(new DOMException('The invocation is about to end', 'TimeoutError')),
    () => {}, // told in time
  );
  const calls: Array<Promise<void>> = [];
  for (let start = 0; start < all.length; start += SQS_LIMITS.entries) {
    calls.push(delayTen(deps, visibility, all.slice(start, start + SQS_LIMITS.entries), late.signal));
  }
  await Promise.all(calls);
  timer.abort(FINISHED);
  await limit;
}

async function delayTen(
  deps: BatchHandlerDeps,
  { url, aws }: VisibilityDeps,
  delays: ReadonlyArray<readonly [ReceivedMessage, number]>,
  signal: AbortSignal,
) {
  const Entries = delays.map(([message, delayMs], id) => ({
    Id: String(id),
    ReceiptHandle: message.receiptHandle,
    VisibilityTimeout: Math.ceil(delayMs / 1_000),
  }));
  const tell = (id: number, error: Error) => {
    const messageId = delays[id]?.[0].messageId ?? '';
    deps.emit?.({ type: 'visibilityFailed', messageId, error });
  };
  try {
    const input = { QueueUrl: url, Entries };
    const options = { access: 'write', repeatable: true, signal } as const;
    const { Failed = [] } = await aws.call('sqs', 'ChangeMessageVisibilityBatch', input, options);
    for (const { Id, Code, Message } of Failed) tell(Number(Id), new Error(`${Code}: ${Message}`));
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause), { cause });
    for (let id = 0; id < delays.length; id += 1) tell(id, error);
  }
}
