import type { Aws, SqsMessage } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { TwelvefoldError } from '@twelvefold/lifecycle';
import { backoffMs } from '../../message/backoff.ts';
import type { ConsumerEvent } from '../consumer-event.ts';
import type { QueueConsumer } from '../port.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { drainForced } from './abort-reason.ts';
import { createAlarm } from './alarm.ts';
import { createEntryBatcher } from './entry-batcher.ts';
import type { Lease } from './lease-keeper.ts';
import { createLeaseKeeper } from './lease-keeper.ts';
import type { MessageCore } from './message-core.ts';
import { createReceivePlan } from './receive-plan.ts';
import { settlesWithin } from './settles-within.ts';
import { toReceivedMessage } from './to-received-message.ts';

export interface PollerDeps {
  queue: string;
  url: string;
  visibilityMs: number;
  concurrency: number;
  aws: Aws;
  core: MessageCore;
  clock: Clock;
  random: () => number;
  emit: (event: ConsumerEvent) => void;
}

export type Poller = Omit<QueueConsumer, 'name' | 'handleBatch' | typeof Symbol.asyncDispose>;

/** A deletion waits this long for nine others while other messages are being handled, and never longer than a quarter of its lease. */
const LINGER_MS = 1_000;
/** While the backlog is deep, this long for slots to come free, so that one receive fills ten. */
const GATHER_MS = 100;
/** A receive this young is likely to be answered: its messages would be hidden for a whole visibility timeout if it were cut off. */
const YOUNG_MS = 200;
/** How long handlers have to give up once their signals have aborted, and the last calls to get through. */
const FORCED_GRACE_MS = 500;
const RECEIVE_BACKOFF_BASE_MS = 500;
const RECEIVE_BACKOFF_CAP_MS = 30_000;
const SYSTEM_ATTRIBUTES = ['ApproximateReceiveCount', 'SentTimestamp', 'AWSTraceHeader', 'MessageGroupId'];

interface Receive {
  readonly startedAt: number;
  readonly abort: AbortController;
}

/**
 * Keeps a queue's messages coming: receiving, handling and deleting go on side by side. It never takes more messages than it can
 * start at once, because a message that waits here ages and is kept from other consumers.
 */
export function createPoller(deps: PollerDeps): Poller {
  const { queue, url, aws, clock, emit } = deps;
  const leases = createLeaseKeeper(deps);
  const plan = createReceivePlan(deps.concurrency);
  const lingerMs = Math.min(LINGER_MS, deps.visibilityMs / 4);
  const write = { access: 'write' } as const;
  const deletions = createEntryBatcher<{ ReceiptHandle: string }>({
    action: `delete messages of queue '${queue}'`,
    send: (Entries) => aws.call('sqs', 'DeleteMessageBatch', { QueueUrl: url, Entries }, write),
    lingerMs,
    clock,
    random: deps.random,
  });
  const delays = createEntryBatcher<{ ReceiptHandle: string; VisibilityTimeout: number }>({
    action: `change visibility of messages of queue '${queue}'`,
    send: (Entries) => aws.call('sqs', 'ChangeMessageVisibilityBatch', { QueueUrl: url, Entries }, write),
    lingerMs,
    clock,
    random: deps.random,
  });

  let state: 'new' | 'polling' | 'quiesced' | 'stopped' = 'new';
  const intake = new AbortController();
  const receives = new Map<Receive, Promise<void>>();
  const handling = new Set<Lease>();
  const work = new Set<Promise<void>>();
  /** Messages that `drain` gave up: their handlers may still run, their outcomes no longer time anything. */
  const abandoned = new WeakSet<Lease>();
  let reserved = 0;
  let failures = 0;
  let lastError: unknown;
  let everReceived = false;
  let gathering: 'no' | 'yes' | 'over' = 'no';
  const gatherAlarm = createAlarm(clock, GATHER_MS, () => {
    gathering = 'over';
    pump();
  });

  function pump(): void {
    while (state === 'polling') {
      // Deletions that do not get through must not pile up: what they stand for will all come again.
      if (deletions.unsettled > Math.max(100, deps.concurrency)) return;
      const free = deps.concurrency - handling.size - reserved;
      const asked = plan.next({ free, receiving: receives.size, gathered: gathering === 'over' });
      if (asked === 'gather') {
        if (gathering === 'no') gatherAlarm.set();
        gathering = 'yes';
        return;
      }
      if (asked === 0) return;
      gatherAlarm.unset();
      gathering = 'no';
      startReceive(asked);
    }
  }

  function startReceive(asked: number): void {
    const receive: Receive = { startedAt: clock.monotonic(), abort: new AbortController() };
    reserved += asked;
    const done = receiveOnce(receive, asked).finally(() => {
      receives.delete(receive);
      pump();
    });
    receives.set(receive, done);
  }

  async function receiveOnce(receive: Receive, asked: number): Promise<void> {
    let messages: SqsMessage[] = [];
    try {
      const output = await aws.call(
        'sqs',
        'ReceiveMessage',
        {
          QueueUrl: url,
          MaxNumberOfMessages: asked,
          WaitTimeSeconds: SQS_LIMITS.waitSeconds,
          VisibilityTimeout: deps.visibilityMs / 1_000,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: SYSTEM_ATTRIBUTES,
        },
        // Not 'read': a receive hides messages, and a blind second try hides more.
        { access: 'write', signal: receive.abort.signal },
      );
      messages = output.Messages ?? [];
      everReceived = true;
      failures = 0;
      lastError = undefined;
    } catch (error) {
      reserved -= asked;
      if (!receive.abort.signal.aborted) await receiveFailed(error);
      return;
    }
    reserved -= asked;
    plan.received(asked, messages.length);
    if (messages.length === 0) return;
    emit({ type: 'received', count: messages.length });
    for (const message of messages) begin(message);
  }

  async function receiveFailed(error: unknown): Promise<void> {
    failures += 1;
    lastError = error;
    plan.received(1, 0);
    const delayMs = backoffMs(failures, RECEIVE_BACKOFF_BASE_MS, RECEIVE_BACKOFF_CAP_MS, deps.random);
    emit({ type: 'receiveFailed', error, attempt: failures, delayMs });
    await clock.sleep(delayMs, intake.signal).catch(() => {}); // polling has ended
  }

  function begin(raw: SqsMessage): void {
    const message = toReceivedMessage(raw);
    const lease = leases.take(message.messageId, message.receiptHandle);
    handling.add(lease);
    const startedAt = clock.monotonic();
    const longestDelayMs = () => Math.max(0, SQS_LIMITS.invisibleMs - (clock.monotonic() - startedAt));
    const done = deps
      .core(message, { signal: lease.signal, deadline: lease.deadline, longestDelayMs })
      .then(async (outcome) => {
        handling.delete(lease);
        const settling = settle(lease, outcome);
        // Nothing else is coming that these could share a call with.
        if (handling.size === 0) {
          deletions.flush();
          delays.flush();
        }
        pump();
        await settling;
        lease.release();
      })
      .finally(() => {
        work.delete(done);
        pump();
      });
    work.add(done);
  }

  async function settle(lease: Lease, outcome: Awaited<ReturnType<MessageCore>>): Promise<void> {
    const { messageId, receiptHandle: ReceiptHandle } = lease;
    if (outcome.kind === 'acknowledge') {
      // Even after the lease was lost: SQS deletes by an old handle as long as nobody has received the message again.
      const error = await deletions.add({ ReceiptHandle });
      if (error) emit({ type: 'deleteFailed', messageId, error });
      return;
    }
    lease.release(); // before its time is set, or an extension could overtake it
    if (outcome.kind === 'leave' || abandoned.has(lease)) return;
    const VisibilityTimeout = Math.ceil(outcome.delayMs / 1_000);
    const error = await delays.add({ ReceiptHandle, VisibilityTimeout });
    if (error) emit({ type: 'visibilityFailed', messageId, error });
  }

  async function quiesce(): Promise<void> {
    if (state === 'new' || state === 'polling') state = 'quiesced';
    intake.abort();
    gatherAlarm.end();
    for (const receive of receives.keys()) void cutOff(receive);
    await Promise.all(receives.values());
  }

  async function cutOff(receive: Receive): Promise<void> {
    const ageMs = clock.monotonic() - receive.startedAt;
    const done = receives.get(receive) ?? Promise.resolve();
    if (ageMs < YOUNG_MS) await settlesWithin(clock, YOUNG_MS - ageMs, done);
    receive.abort.abort(new TwelvefoldError('CONSUMER_STOPPING', `Consumer of queue '${queue}' stopped receiving`));
  }

  async function idle(): Promise<void> {
    while (work.size > 0) await Promise.all(work);
  }

  async function drain(signal?: AbortSignal): Promise<void> {
    await quiesce();
    deletions.hurry();
    delays.hurry();
    if (await endsBefore(idle(), signal)) return;
    for (const lease of handling) lease.abort(drainForced(queue));
    if (await settlesWithin(clock, FORCED_GRACE_MS / 2, idle())) return;
    const unfinished = [...handling];
    const released = unfinished.map(async (lease) => {
      abandoned.add(lease);
      lease.release();
      emit({ type: 'abandoned', messageId: lease.messageId, started: true });
      const error = await delays.add({ ReceiptHandle: lease.receiptHandle, VisibilityTimeout: 0 });
      if (error) emit({ type: 'visibilityFailed', messageId: lease.messageId, error });
    });
    await settlesWithin(clock, FORCED_GRACE_MS / 2, Promise.all(released));
    if (unfinished.length > 0) {
      throw new TwelvefoldError(
        'CONSUMER_ABANDONED',
        `Cannot drain consumer of queue '${queue}': ${unfinished.length} messages were still being handled when time ran out; they will be delivered again`,
      );
    }
  }

  return {
    async start() {
      if (state !== 'new')
        throw new Error(`Cannot start consumer of queue '${queue}': it has been started or stopped before`);
      state = 'polling';
      pump();
    },
    async check(signal) {
      if (state !== 'polling') {
        throw new TwelvefoldError('CONSUMER_NOT_POLLING', `Consumer of queue '${queue}' is not polling (${state})`);
      }
      if (failures > 0) {
        throw new TwelvefoldError(
          'CONSUMER_NOT_RECEIVING',
          `Consumer of queue '${queue}' cannot receive: ${failures} attempts in a row have failed`,
          { cause: lastError },
        );
      }
      // The first long poll may take 20 s to say that all is well.
      if (!everReceived) {
        const input = { QueueUrl: url, AttributeNames: ['QueueArn'] };
        await aws.call('sqs', 'GetQueueAttributes', input, { access: 'read', signal });
      }
    },
    quiesce,
    drain,
    async stop() {
      await quiesce();
      state = 'stopped';
      for (const lease of handling) lease.abort(drainForced(queue));
      deletions.hurry();
      delays.hurry();
      leases.close();
    },
  };
}

/** True when `work` ended before `signal` aborted. */
async function endsBefore(work: Promise<void>, signal: AbortSignal | undefined): Promise<boolean> {
  if (!signal) return work.then(() => true);
  if (signal.aborted) return false;
  let onAbort = () => {};
  const aborted = new Promise<boolean>((resolve) => {
    onAbort = () => resolve(false);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const ended = await Promise.race([work.then(() => true), aborted]);
  signal.removeEventListener('abort', onAbort);
  return ended;
}
