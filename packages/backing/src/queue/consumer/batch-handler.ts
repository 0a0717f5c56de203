import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { NO_DEADLINE } from '@twelvefold/lifecycle';
import type { ConsumerEvent } from '../consumer-event.ts';
import type { BatchContext, ReceivedMessage } from '../port.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { deadlineNear, drainForced } from './abort-reason.ts';
import { ageOf } from './age-of.ts';
import type { MessageCore } from './message-core.ts';

export interface BatchHandlerDeps {
  queue: string;
  url: string;
  visibilityMs: number;
  concurrency: number;
  /** Order is kept within message groups. */
  fifo: boolean;
  aws: Aws;
  core: MessageCore;
  clock: Clock;
  emit: (event: ConsumerEvent) => void;
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
  const { clock, emit } = deps;

  return async (messages: readonly ReceivedMessage[], context: BatchContext = {}) => {
    const { deadline = NO_DEADLINE, signal } = context;
    const totalMs = deadline.remainingMs();
    const reserveMs = Math.min(Math.max(totalMs * RESERVE_SHARE, MIN_RESERVE_MS), MAX_RESERVE_MS, totalMs / 2);
    const failed = new Set<ReceivedMessage>();
    const unfinished = new Set<ReceivedMessage>(messages);
    const delays = new Map<ReceivedMessage, number>();
    const ending = new AbortController();
    const timers = new AbortController();
    let next = 0;
    let closed = false;
    if (messages.length > 0) {
      const sent = messages.map(({ attributes }) => attributes.SentTimestamp);
      emit({ type: 'received', count: messages.length, ageMs: Math.max(0, ageOf(sent, clock.now())) });
    }
    // Where order is kept a lane is a group, else a message.
    const lanes = deps.fifo ? byGroup(messages) : undefined;
    const lanesCount = lanes?.length ?? messages.length;
    const startedMessages = lanes ? new Set<ReceivedMessage>() : undefined;
    const begunAt = clock.monotonic();
    const leaseRemaining = () => Math.max(0, deps.visibilityMs - (clock.monotonic() - begunAt));
    const run = { signal: ending.signal, deadline, longestDelayMs: () => LONGEST_DELAY_MS, leaseRemaining };

    /** False when what comes behind the message must not overtake it. */
    const handle = async (message: ReceivedMessage): Promise<boolean> => {
      const outcome = await deps.core(message, run);
      if (closed) return false;
      unfinished.delete(message);
      if (outcome.kind === 'acknowledge') return true;
      failed.add(message);
      if (outcome.kind === 'retry') delays.set(message, outcome.delayMs);
      return false;
    };
    const inOrder = async (lane: readonly ReceivedMessage[]) => {
      for (const [at, message] of lane.entries()) {
        if (ending.signal.aborted) return;
        startedMessages?.add(message);
        if (await handle(message)) continue;
        if (closed) return;
        // SQS gives out none of them before the one that failed.
        for (const later of lane.slice(at + 1)) {
          unfinished.delete(later);
          failed.add(later);
          delays.set(later, 0);
          emit({ type: 'returned', messageId: later.messageId });
        }
        return;
      }
    };
    const worker = async () => {
      while (!ending.signal.aborted && next < lanesCount) {
        const at = next++;
        if (lanes)
          await inOrder(lanes[at] as readonly ReceivedMessage[]); // at is below length
        else await handle(messages[at] as ReceivedMessage); // at is below length
        if (closed) return;
      }
    };

    const onAbort = () => ending.abort(drainForced(deps.queue));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const wait = async (ms: number) => {
      if (ms !== Number.POSITIVE_INFINITY) return clock.sleep(ms, timers.signal);
      return new Promise<void>(() => {});
    };
    wait(totalMs - reserveMs).then(
      () => ending.abort(deadlineNear(deps.queue)),
      () => {}, // finished in time
    );
    const workers = Promise.all(Array.from({ length: Math.min(deps.concurrency, lanesCount) }, worker));
    const givenUp = new Promise<void>((resolve) => {
      const giveUp = () => wait(Math.min(reserveMs / 2, MIN_RESERVE_MS)).then(resolve, () => {}); // finished in time
      if (ending.signal.aborted) giveUp();
      else ending.signal.addEventListener('abort', giveUp, { once: true });
    });
    await Promise.race([workers, givenUp]);
    closed = true;
    timers.abort(FINISHED);
    signal?.removeEventListener('abort', onAbort);

    for (const message of unfinished) {
      failed.add(message);
      const started = startedMessages ? startedMessages.has(message) : messages.indexOf(message) < next;
      emit({ type: 'abandoned', messageId: message.messageId, started });
      // Never started through no fault of its own: whoever comes next may have it at once.
      if (!started) delays.set(message, 0);
    }
    await delayAll(deps, delays, Math.min(LONGEST_TIMING_MS, deadline.remainingMs() / 2));
    return { failedMessageIds: messages.filter((message) => failed.has(message)).map(({ messageId }) => messageId) };
  };
}

/** The messages of each group, in order. */
function byGroup(messages: readonly ReceivedMessage[]): ReceivedMessage[][] {
  const groups = new Map<string, ReceivedMessage[]>();
  for (const message of messages) {
    const id = message.attributes.MessageGroupId ?? '';
    const group = groups.get(id);
    if (group) group.push(message);
    else groups.set(id, [message]);
  }
  return [...groups.values()];
}

/**
 * Times the next deliveries, ten per call, within `limitMs`: a call that hangs must not cost the whole batch. What cannot be timed
 * comes when its visibility timeout ends.
 */
async function delayAll(
  deps: BatchHandlerDeps,
  delays: ReadonlyMap<ReceivedMessage, number>,
  limitMs: number,
): Promise<void> {
  if (delays.size === 0) return;
  const all = [...delays];
  const late = new AbortController();
  const timer = new AbortController();
  const limit = deps.clock.sleep(limitMs, timer.signal).then(
    () => late.abort(new DOMException('The invocation is about to end', 'TimeoutError')),
    () => {}, // told in time
  );
  const calls: Array<Promise<void>> = [];
  for (let start = 0; start < all.length; start += SQS_LIMITS.entries) {
    calls.push(delayTen(deps, all.slice(start, start + SQS_LIMITS.entries), late.signal));
  }
  await Promise.all(calls);
  timer.abort(FINISHED);
  await limit;
}

async function delayTen(
  deps: BatchHandlerDeps,
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
    deps.emit({ type: 'visibilityFailed', messageId, error });
  };
  try {
    const input = { QueueUrl: deps.url, Entries };
    const options = { access: 'write', repeatable: true, signal } as const;
    const { Failed = [] } = await deps.aws.call('sqs', 'ChangeMessageVisibilityBatch', input, options);
    for (const { Id, Code, Message } of Failed) tell(Number(Id), new Error(`${Code}: ${Message}`));
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause), { cause });
    for (let id = 0; id < delays.length; id += 1) tell(id, error);
  }
}
