import type { Aws, SqsMessage } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { TwelvefoldError } from '@twelvefold/lifecycle';
import type { ConsumerEvent } from '../consumer-event.ts';
import type { QueueConsumer, ReceivedMessage } from '../port.ts';
import { drainForced } from './abort-reason.ts';
import { createEntryBatcher } from './entry-batcher.ts';
import { createLanes } from './lanes.ts';
import type { Lease } from './lease-keeper.ts';
import { createLeaseKeeper } from './lease-keeper.ts';
import type { MessageCore, Outcome } from './message-core.ts';
import { createReceiver } from './receiver.ts';
import { settlesBefore, settlesWithin } from './settles.ts';
import { toReceivedMessage } from './to-received-message.ts';

export interface PollerDeps {
  queue: string;
  url: string;
  visibilityMs: number;
  concurrency: number;
  /** Order is kept within message groups. */
  fifo: boolean;
  aws: Aws;
  core: MessageCore;
  clock: Clock;
  random: () => number;
  emit: (event: ConsumerEvent) => void;
}

/** A message that has been received, started or waiting for its turn. */
interface Received {
  readonly message: ReceivedMessage;
  readonly lease: Lease;
  readonly group: string | undefined;
}

/** A deletion waits this long for nine others while other messages are being handled, and never longer than a quarter of its lease. */
const LINGER_MS = 1_000;
/** On a FIFO queue nothing more of a group arrives before what was handled of it has been deleted. */
const FIFO_LINGER_MS = 20;
/** One receive that fails is no news: it is tried again within a second. */
const FAILURES_TO_TELL = 3;
/** A receive that is refused, denied or reset fails sooner than this. */
const RECOVERING_MS = 1_000;
/** How long handlers have to give up once their signals have aborted, and then how long the last calls have to get through. */
const GIVE_UP_MS = 250;

/**
 * Keeps a queue's messages coming: receiving, handling and deleting go on side by side. It never takes more messages than it can
 * start at once, because a message that waits here ages and is kept from other consumers.
 */
export function createPoller(
  deps: PollerDeps,
): Omit<QueueConsumer, 'name' | 'handleBatch' | typeof Symbol.asyncDispose> {
  const { queue, url, aws, clock, random, emit, concurrency } = deps;
  const leases = createLeaseKeeper(deps);
  const lingerMs = Math.min(deps.fifo ? FIFO_LINGER_MS : LINGER_MS, deps.visibilityMs / 4);
  const write = { access: 'write', repeatable: true } as const;
  const deletions = createEntryBatcher<{ ReceiptHandle: string }>({
    action: `delete messages of queue '${queue}'`,
    send: (Entries) => aws.call('sqs', 'DeleteMessageBatch', { QueueUrl: url, Entries }, write),
    lingerMs,
    clock,
    random,
  });
  const delays = createEntryBatcher<{ ReceiptHandle: string; VisibilityTimeout: number }>({
    action: `change visibility of messages of queue '${queue}'`,
    send: (Entries) => aws.call('sqs', 'ChangeMessageVisibilityBatch', { QueueUrl: url, Entries }, write),
    lingerMs,
    clock,
    random,
  });

  let state: 'new' | 'polling' | 'quiesced' | 'stopped' = 'new';
  let draining: Promise<void> = Promise.resolve();
  const handling = new Set<Lease>();
  const lanes = createLanes<Received>();
  /** Messages that have been started or are being given back, until SQS has been told. */
  let open = 0;
  const idlers: Array<() => void> = [];
  /** Receiving waits for deletions. */
  let choked = false;
  /** Messages that `drain` gave up: their handlers may still run, their outcomes no longer time anything. */
  const abandoned = new WeakSet<Lease>();
  const receiver = createReceiver({
    ...deps,
    // Deletions that do not get through must not pile up: what they stand for will all come again.
    free: () => {
      choked = deletions.unsettled > Math.max(100, concurrency);
      return choked ? 0 : concurrency - handling.size - lanes.waiting;
    },
    begin,
  });

  function begin(raw: SqsMessage): void {
    const message = toReceivedMessage(raw);
    // Those that wait are extended too.
    const lease = leases.take(message);
    const received: Received = { message, lease, group: groupOf(message) };
    if (received.group === undefined || lanes.enter(received.group, received)) start(received);
  }

  function groupOf({ attributes }: ReceivedMessage): string | undefined {
    return deps.fifo ? (attributes.MessageGroupId ?? '') : undefined;
  }

  function start(received: Received): void {
    handling.add(received.lease);
    open += 1;
    deps.core(received.message, received.lease, (outcome) => conclude(received, outcome));
  }

  function conclude({ lease, group }: Received, outcome: Outcome): void {
    handling.delete(lease);
    const told = settle(lease, outcome);
    if (group !== undefined) follow(group, outcome);
    if (!told) closed(lease);
    // Nothing else is coming that these could share a call with.
    if (handling.size === 0) flush();
    receiver.pump();
  }

  function closed(lease: Lease): void {
    lease.release();
    open -= 1;
    if (open === 0) for (const wake of idlers.splice(0)) wake();
    if (choked) receiver.pump();
  }

  /** Of a group whose message comes again the rest goes back too, in order behind it: SQS gives none of it out before that one. */
  function follow(group: string, outcome: Outcome): void {
    if (outcome.kind !== 'acknowledge') {
      for (const behind of lanes.clear(group)) void giveBack(behind);
      return;
    }
    const next = lanes.next(group);
    if (next) start(next);
  }

  /** Tells SQS what becomes of a message, and `closed` afterwards; false when there is nothing to tell. */
  function settle(lease: Lease, outcome: Outcome): boolean {
    const { messageId, receiptHandle: ReceiptHandle } = lease;
    if (outcome.kind === 'acknowledge') {
      // Even after the lease was lost: SQS deletes by an old handle as long as nobody has received the message again.
      deletions.add({ ReceiptHandle }, (error) => {
        if (error) emit({ type: 'deleteFailed', messageId, error });
        closed(lease);
      });
      return true;
    }
    lease.release(); // before its time is set, or an extension could overtake it
    if (outcome.kind === 'leave' || abandoned.has(lease)) return false;
    void hide(lease, Math.ceil(outcome.delayMs / 1_000)).then(() => closed(lease));
    return true;
  }

  /** Has SQS deliver a message again in so many seconds. Never rejects. */
  function hide({ messageId, receiptHandle: ReceiptHandle }: Lease, VisibilityTimeout: number): Promise<void> {
    return new Promise((resolve) => {
      delays.add({ ReceiptHandle, VisibilityTimeout }, (error) => {
        if (error) emit({ type: 'visibilityFailed', messageId, error });
        resolve();
      });
    });
  }

  /** Gives back a message that was not started. */
  async function giveBack({ lease }: Received): Promise<void> {
    open += 1;
    lease.release();
    emit({ type: 'returned', messageId: lease.messageId });
    await hide(lease, 0);
    closed(lease);
  }

  /** Gives a message back while its handler still runs. */
  async function abandon(lease: Lease): Promise<void> {
    abandoned.add(lease);
    lease.release();
    emit({ type: 'abandoned', messageId: lease.messageId, started: true });
    await hide(lease, 0);
  }

  function flush(): void {
    deletions.flush();
    delays.flush();
  }

  function hurry(): void {
    deletions.hurry();
    delays.hurry();
  }

  function idle(): Promise<void> {
    return open === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve));
  }

  async function drain(signal: AbortSignal | undefined): Promise<void> {
    await quiesce();
    hurry();
    if (await settlesBefore(signal, idle())) return;
    // What was not started goes back first, and nothing takes the place of what ends now.
    const returning = Promise.all(lanes.evict().map(giveBack));
    for (const lease of handling) lease.abort(drainForced(queue));
    if (await settlesWithin(clock, GIVE_UP_MS, idle())) return;
    const unfinished = [...handling];
    await settlesWithin(clock, GIVE_UP_MS, Promise.all([returning, ...unfinished.map(abandon)]));
    if (unfinished.length === 0) return;
    throw new TwelvefoldError(
      'CONSUMER_ABANDONED',
      `Cannot drain consumer of queue '${queue}': ${unfinished.length} messages were still being handled when time ran out; they will be delivered again`,
    );
  }

  async function quiesce(): Promise<void> {
    if (state !== 'stopped') state = 'quiesced';
    await receiver.stop();
  }

  return {
    async start() {
      if (state !== 'new') {
        throw new Error(`Cannot start consumer of queue '${queue}': it has been started or stopped before`);
      }
      state = 'polling';
      receiver.start();
    },
    health() {
      const { failures, lastAt, lagMs } = receiver.health();
      const now = clock.monotonic();
      let oldest = now;
      for (const { receivedAt } of handling) oldest = Math.min(oldest, receivedAt);
      return {
        polling: state === 'polling' && failures < FAILURES_TO_TELL,
        lastReceiveMs: lastAt === undefined ? undefined : Math.round(now - lastAt),
        failures,
        inFlight: handling.size + lanes.waiting,
        oldestInFlightMs: Math.round(now - oldest),
        lagMs,
      };
    },
    async check(signal) {
      if (state !== 'polling') {
        throw new TwelvefoldError('CONSUMER_NOT_POLLING', `Consumer of queue '${queue}' is not polling (${state})`);
      }
      const { failures, lastError, lastAt, waitingMs } = receiver.health();
      // After failures a long poll that stays out is a good sign, but takes 20 s to say so: a recovered queue is asked instead.
      const recovering = waitingMs >= RECOVERING_MS;
      if (failures >= FAILURES_TO_TELL && !recovering) {
        throw new TwelvefoldError(
          'CONSUMER_NOT_RECEIVING',
          `Consumer of queue '${queue}' cannot receive: ${failures} attempts in a row have failed`,
          { cause: lastError },
        );
      }
      // The first long poll may take as long.
      if (lastAt === undefined || failures >= FAILURES_TO_TELL) {
        const input = { QueueUrl: url, AttributeNames: ['QueueArn'] };
        await aws.call('sqs', 'GetQueueAttributes', input, { access: 'read', signal });
      }
    },
    quiesce,
    drain(signal) {
      const done = drain(signal);
      // Whoever drains is told; what waits here for its end is not to fail.
      draining = done.catch(() => {});
      return done;
    },
    async stop(signal) {
      await quiesce();
      state = 'stopped';
      const returning = lanes.evict().map(giveBack);
      for (const lease of handling) lease.abort(drainForced(queue));
      hurry();
      // A lifecycle goes on the moment its drain is over time. What the drain still gives back, in half a second at most, has to get
      // through, or it stays hidden for its whole visibility timeout.
      await settlesBefore(signal, Promise.all([draining, ...returning]));
      leases.close();
    },
  };
}
