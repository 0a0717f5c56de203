import { sqs } from '@twelvefold/aws';
import type { SqsMessage } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import { GroupScheduler } from '../../message/group-scheduler.ts';
import type { ConsumerBase } from '../consumer-options.ts';
import type { QueueConsumer } from '../port.ts';
import { drainForced } from './abort-reasons.ts';
import { createAcknowledger } from './acknowledger.ts';
import type { Lease } from './lease-keeper.ts';
import { createLeaseKeeper, LeaseList } from './lease-keeper.ts';
import type { Outcome } from './process-message.ts';
import { toReceivedMessage } from './received-message.ts';
import { createReceiver } from './receiver.ts';
import { settlesBefore, settlesWithin } from './settles.ts';

/**
 * A deletion waits this long for nine others while other messages are handled, and never longer
 * than a quarter of its lease.
 */
const LINGER_MS = 1_000;
/** On a FIFO queue no more messages of a group arrive before its handled ones have been deleted. */
const FIFO_LINGER_MS = 20;
/** Failed receives in a row that count as a fault: a single one is tried again within a second. */
const FAILURES_TO_REPORT = 3;
/** A receive that is refused, denied or reset fails sooner than this. */
const RECOVERING_MS = 1_000;
/**
 * Time for handlers to end after their signals have aborted, and then for the last calls to be
 * answered.
 */
const GIVE_UP_MS = 250;
/**
 * Deletions without an answer, or `concurrency` if that is more, after which nothing is received.
 */
const MAX_DELETIONS = 100;

/**
 * Receives, handles and deletes the messages of a queue side by side. It never takes more messages
 * than it can start at once: a message that waits here ages and is hidden from other consumers.
 */
export function createPoller(deps: ConsumerBase): Omit<QueueConsumer, 'name' | typeof Symbol.asyncDispose> {
  const { queue, url, aws, clock, emit, concurrency } = deps;
  const leases = createLeaseKeeper(deps);
  const lingerMs = Math.min(deps.fifo ? FIFO_LINGER_MS : LINGER_MS, deps.visibilityMs / 4);
  const acknowledger = createAcknowledger<Lease>({ ...deps, lingerMs });
  /** Where order is kept: messages behind an active one of their group. */
  const groups = deps.fifo ? new GroupScheduler<Lease>() : undefined;
  const handling = new LeaseList('activeAt');
  /**
   * Messages that `drain` gave up: their handlers may still run, but their outcomes change nothing.
   */
  const abandoned = new WeakSet<Lease>();
  /** Messages that were started or are given back, until SQS has answered. */
  let open = 0;
  const idleListeners: Array<() => void> = [];
  /** Receiving waits for deletions. */
  let isChoked = false;
  let state: 'new' | 'polling' | 'quiesced' | 'stopped' = 'new';
  let draining: Promise<void> = Promise.resolve();

  const receiver = createReceiver({
    ...deps,
    // The messages of deletions that SQS does not answer will be delivered again: no more of them.
    free: () => {
      isChoked = acknowledger.deletions > Math.max(MAX_DELETIONS, concurrency);
      return isChoked ? 0 : concurrency - handling.size - waiting();
    },
    begin,
  });

  const waiting = () => groups?.waiting ?? 0;
  const groupOf = ({ message }: Lease) => message.attributes.MessageGroupId ?? '';

  function begin(raw: SqsMessage): void {
    // Leases of waiting messages are extended too.
    const lease = leases.take(toReceivedMessage(raw));
    if (groups === undefined || groups.admit(groupOf(lease), lease)) start(lease);
  }

  function start(lease: Lease): void {
    handling.add(lease);
    open += 1;
    deps.process(lease.message, lease, conclude, lease);
  }

  function conclude(outcome: Outcome, lease: Lease): void {
    handling.delete(lease);
    settle(lease, outcome);
    if (groups !== undefined) continueGroup(groups, groupOf(lease), outcome);
    // No other message is coming that could share a call.
    if (handling.size === 0) acknowledger.flush();
    receiver.pump();
  }

  /**
   * Starts the next message of a group. If the last one comes again, the rest is given back behind
   * it.
   */
  function continueGroup(scheduler: GroupScheduler<Lease>, group: string, outcome: Outcome): void {
    if (outcome.kind === 'acknowledge') {
      const next = scheduler.advance(group);
      if (next) start(next);
      return;
    }
    // SQS delivers none of them before the one that failed.
    for (const later of scheduler.clear(group)) void giveBack(later);
  }

  function settle(lease: Lease, outcome: Outcome): void {
    if (outcome.kind === 'acknowledge') {
      // Even after the lease was lost: an old handle deletes as long as the message was not
      // received again.
      acknowledger.delete(lease, close);
      return;
    }
    lease.release(); // before its visibility changes, or an extension could overtake that
    if (outcome.kind === 'leave' || abandoned.has(lease)) close(lease);
    else acknowledger.hide(lease, Math.ceil(outcome.delayMs / 1_000), close);
  }

  /** The message is finished for this consumer. */
  function close(lease: Lease): void {
    lease.release();
    open -= 1;
    if (open === 0) for (const wake of idleListeners.splice(0)) wake();
    if (isChoked) receiver.pump();
  }

  /** Makes a message visible again that was not started. Never rejects. */
  function giveBack(lease: Lease): Promise<void> {
    open += 1;
    lease.release();
    emit({ type: 'returned', messageId: lease.messageId });
    return new Promise((resolve) => {
      acknowledger.hide(lease, 0, () => {
        close(lease);
        resolve();
      });
    });
  }

  /** Makes a message visible again whose handler still runs. Never rejects. */
  function abandon(lease: Lease): Promise<void> {
    abandoned.add(lease);
    lease.release();
    emit({ type: 'abandoned', messageId: lease.messageId, started: true });
    return new Promise((resolve) => acknowledger.hide(lease, 0, () => resolve()));
  }

  /** Gives back what was not started, and aborts the rest. */
  function giveUp(): Promise<unknown> {
    const returning = Promise.all((groups?.removeWaiting() ?? []).map(giveBack));
    for (const lease of handling.toArray()) lease.abort(drainForced(queue));
    return returning;
  }

  function idle(): Promise<void> {
    return open === 0 ? Promise.resolve() : new Promise((resolve) => idleListeners.push(resolve));
  }

  async function quiesce(): Promise<void> {
    if (state !== 'stopped') state = 'quiesced';
    await receiver.stop();
  }

  async function drain(signal: AbortSignal | undefined): Promise<void> {
    await quiesce();
    acknowledger.hurry();
    if (await settlesBefore(signal, idle())) return;
    const returning = giveUp();
    if (await settlesWithin(clock, GIVE_UP_MS, idle())) return;
    const unfinished = handling.toArray();
    await settlesWithin(clock, GIVE_UP_MS, Promise.all([returning, ...unfinished.map(abandon)]));
    if (unfinished.length === 0) return;
    throw new TwelvefoldError(
      'CONSUMER_ABANDONED',
      `Cannot drain consumer of queue '${queue}': ${unfinished.length} messages were still being handled when time ran out; they will be delivered again`,
    );
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
      for (const { receivedAt } of handling.toArray()) oldest = Math.min(oldest, receivedAt);
      return {
        polling: state === 'polling' && failures < FAILURES_TO_REPORT,
        lastReceiveMs: lastAt === undefined ? undefined : Math.round(now - lastAt),
        receiveFailures: failures,
        ...deps.outcomes,
        inFlight: handling.size + waiting(),
        oldestInFlightMs: Math.round(now - oldest),
        lagMs,
      };
    },
    async check(signal) {
      if (state !== 'polling') {
        throw new TwelvefoldError('CONSUMER_NOT_POLLING', `Consumer of queue '${queue}' is not polling (${state})`);
      }
      const { failures, lastError, lastAt, waitingMs } = receiver.health();
      // After failures a long poll without an answer is a good sign, but it takes 20 s: ask the
      // queue instead.
      const isRecovering = waitingMs >= RECOVERING_MS;
      if (failures >= FAILURES_TO_REPORT && !isRecovering) {
        throw new TwelvefoldError(
          'CONSUMER_NOT_RECEIVING',
          `Consumer of queue '${queue}' cannot receive: ${failures} attempts in a row have failed`,
          { cause: lastError },
        );
      }
      // The first long poll may take as long.
      if (lastAt === undefined || failures >= FAILURES_TO_REPORT) {
        const input = { QueueUrl: url, AttributeNames: ['QueueArn'] };
        await aws.call(sqs, 'GetQueueAttributes', input, { access: 'read', signal });
      }
    },
    quiesce,
    drain(signal) {
      const done = drain(signal);
      // `stop` waits for its end and must not fail with it.
      draining = done.catch(() => {});
      return done;
    },
    async stop(signal) {
      await quiesce();
      state = 'stopped';
      const returning = giveUp();
      acknowledger.hurry();
      // A lifecycle continues the moment its drain is over time. What the drain still gives back,
      // for half a second at most, must reach SQS, or it stays hidden for its whole visibility
      // timeout.
      await settlesBefore(signal, Promise.all([draining, returning]));
      leases.close();
    },
  };
}
