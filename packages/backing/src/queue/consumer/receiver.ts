import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { SqsMessage } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { backoffMs } from '@twelvefold/core/internal';
import type { ConsumerEvent } from '../consumer-event.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { createAlarm } from './alarm.ts';
import { createReceivePlan } from './receive-plan.ts';
import { oldestAgeMs } from './received-message.ts';
import { settlesWithin } from './settles.ts';

export interface ReceiverDeps {
  queue: string;
  url: string;
  visibilityMs: number;
  concurrency: number;
  aws: Aws;
  clock: Clock;
  random: () => number;
  emit: (event: ConsumerEvent) => void;
  /** Order is kept within message groups. */
  fifo: boolean;
  /** How many messages could be started now. */
  free(): number;
  /** Starts a message. */
  begin(message: SqsMessage): void;
}

export interface Receiver {
  start(): void;
  /** Receives if there is room. To be called when there may be more of it. */
  pump(): void;
  /** Ends the long polls. Resolves after their messages have been started. */
  stop(): Promise<void>;
  health(): {
    /** Failures in a row. */
    failures: number;
    /** The last of them. */
    lastError: unknown;
    /** When a receive was last answered, on the monotonic clock. */
    lastAt: number | undefined;
    /** For how long the oldest receive in flight has waited. */
    waitingMs: number;
    /** The age of the newest message that the last receive brought. */
    lagMs: number;
  };
}

/** With a deep backlog, time for handlers to end, so that one receive brings ten messages. */
const GATHER_MS = 100;
/**
 * A receive younger than this is likely to be answered. If it were aborted, its messages would be
 * hidden for a whole visibility timeout.
 */
const YOUNG_MS = 200;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 30_000;
const SYSTEM_ATTRIBUTES = ['ApproximateReceiveCount', 'SentTimestamp', 'AWSTraceHeader', 'MessageGroupId'];

interface Receive {
  readonly startedAt: number;
  readonly abort: AbortController;
  /** It has no answer yet. */
  waiting: boolean;
  done: Promise<void>;
}

/** Receives as long as there is room for messages, and never more of them. */
export function createReceiver(deps: ReceiverDeps): Receiver {
  const { queue, clock, emit } = deps;
  const plan = createReceivePlan(deps.concurrency);
  const intake = new AbortController();
  const receives: Receive[] = [];
  /** Messages that the receives in flight may bring. */
  let reserved = 0;
  let polling = false;
  let failures = 0;
  let lastError: unknown;
  let lastAt: number | undefined;
  let lagMs = 0;
  /**
   * The id of a receive of a FIFO queue whose answer may be lost: for the same id SQS returns the
   * same messages.
   */
  let unanswered: string | undefined;
  let gathering: 'no' | 'yes' | 'over' = 'no';
  const gatherAlarm = createAlarm(clock, GATHER_MS, () => {
    gathering = 'over';
    pump();
  });

  function pump(): void {
    while (polling) {
      const free = deps.free() - reserved;
      const next = plan.next({ free, receiving: receives.length, gathered: gathering === 'over' });
      if (next === 'gather') {
        if (gathering === 'no') gatherAlarm.set();
        gathering = 'yes';
        return;
      }
      if (next === 0) return;
      gatherAlarm.unset();
      gathering = 'no';
      receive(next);
    }
  }

  function receive(count: number): void {
    const started: Receive = {
      startedAt: clock.monotonic(),
      abort: new AbortController(),
      waiting: true,
      done: Promise.resolve(),
    };
    receives.push(started);
    reserved += count;
    started.done = receiveOnce(started, count).finally(() => {
      receives.splice(receives.indexOf(started), 1);
      pump();
    });
  }

  async function receiveOnce(receiving: Receive, count: number): Promise<void> {
    const { abort } = receiving;
    let messages: SqsMessage[] = [];
    const attemptId = deps.fifo ? (unanswered ?? crypto.randomUUID()) : undefined;
    unanswered = undefined;
    try {
      const output = await deps.aws.call(
        sqs,
        'ReceiveMessage',
        {
          QueueUrl: deps.url,
          MaxNumberOfMessages: count,
          WaitTimeSeconds: SQS_LIMITS.waitSeconds,
          VisibilityTimeout: deps.visibilityMs / 1_000,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: SYSTEM_ATTRIBUTES,
          ...(attemptId === undefined ? {} : { ReceiveRequestAttemptId: attemptId }),
        },
        // Not 'read': a receive hides messages, and a second attempt hides more.
        { access: 'write', signal: abort.signal },
      );
      messages = output.Messages ?? [];
      lastAt = clock.monotonic();
      failures = 0;
      lastError = undefined;
    } catch (error) {
      receiving.waiting = false;
      reserved -= count;
      if (!abort.signal.aborted) {
        unanswered = attemptId;
        await backOff(error);
      }
      return;
    }
    receiving.waiting = false;
    reserved -= count;
    plan.received(count, messages.length);
    const sent = messages.map(({ Attributes }) => Attributes?.SentTimestamp);
    lagMs = oldestAgeMs(sent.slice(-1), clock.now());
    if (messages.length === 0) return;
    emit({ type: 'received', count: messages.length, ageMs: oldestAgeMs(sent, clock.now()) });
    for (const message of messages) deps.begin(message);
  }

  async function backOff(error: unknown): Promise<void> {
    failures += 1;
    lastError = error;
    plan.received(1, 0);
    const delayMs = backoffMs(failures, BACKOFF_BASE_MS, BACKOFF_CAP_MS, deps.random);
    emit({ type: 'receiveFailed', error, attempt: failures, delayMs });
    await clock.sleep(delayMs, intake.signal).catch(() => {}); // polling has ended
  }

  async function cutOff({ startedAt, abort, done }: Receive): Promise<void> {
    const ageMs = clock.monotonic() - startedAt;
    if (ageMs < YOUNG_MS) await settlesWithin(clock, YOUNG_MS - ageMs, done);
    abort.abort(new TwelvefoldError('CONSUMER_STOPPING', `Consumer of queue '${queue}' stopped receiving`));
  }

  return {
    start() {
      polling = true;
      pump();
    },
    pump,
    async stop() {
      polling = false;
      intake.abort();
      gatherAlarm.end();
      for (const started of receives) void cutOff(started);
      await Promise.all(receives.map(({ done }) => done));
    },
    health: () => {
      let waitingMs = 0;
      for (const { startedAt, waiting } of receives)
        if (waiting) waitingMs = Math.max(waitingMs, clock.monotonic() - startedAt);
      return { failures, lastError, lastAt, waitingMs, lagMs };
    },
  };
}
