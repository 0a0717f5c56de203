import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { Clock, Deadline } from '@twelvefold/core';
import type { ConsumerEvent } from '../consumer-event.ts';
import type { ReceivedMessage } from '../port.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { leaseLost } from './abort-reasons.ts';
import type { MessageTerms } from './process-message.ts';

export interface LeaseKeeper {
  /** Keeps a message that was just received hidden from other consumers. */
  take(message: ReceivedMessage): Lease;
  /** Releases every lease and ends the timer. */
  close(): void;
}

export interface LeaseKeeperDeps {
  queue: string;
  url: string;
  visibilityMs: number;
  aws: Aws;
  clock: Clock;
  emit: (event: ConsumerEvent) => void;
}

/**
 * SQS counts the 12 hours from before its answer arrived, in whole seconds; it refuses a time of
 * one second above them.
 */
const ANSWER_MS = 10_000;

/**
 * A message and the right to work on it, as long as SQS hides it from others. A class whose signal
 * is made when it is first used: there is one per message, and most handlers use no signal.
 */
export class Lease implements MessageTerms, Deadline {
  readonly message: ReceivedMessage;
  readonly messageId: string;
  readonly receiptHandle: string;
  /** On the monotonic clock. */
  readonly receivedAt: number;
  /** When to extend it next. */
  dueAt: number;
  /** When SQS delivers the message to another consumer, unless it is extended before. */
  expiresAt: number;
  /** 12 hours after the receive. */
  readonly endsAt: number;
  /** Its place in the list of leases that are extended. */
  heldAt = -1;
  /** Its place in the list of messages that are being handled. */
  activeAt = -1;
  readonly #clock: Clock;
  readonly #held: LeaseList;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;

  constructor(message: ReceivedMessage, visibilityMs: number, clock: Clock, held: LeaseList) {
    const now = clock.monotonic();
    this.message = message;
    this.messageId = message.messageId;
    this.receiptHandle = message.receiptHandle;
    this.receivedAt = now;
    this.dueAt = now + visibilityMs / 2;
    this.expiresAt = now + visibilityMs;
    this.endsAt = now + SQS_LIMITS.invisibleMs;
    this.#clock = clock;
    this.#held = held;
  }

  /** Aborts when the lease is lost, or when the consumer has to stop. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get deadline(): Deadline {
    return this;
  }

  remainingMs(): number {
    return Math.max(0, this.endsAt - this.#clock.monotonic());
  }

  redeliveryMs(wantedMs: number): number {
    return Math.min(wantedMs, Math.max(0, this.endsAt - ANSWER_MS - this.#clock.monotonic()));
  }

  /**
   * Milliseconds until SQS delivers the message to another consumer, unless it is extended before.
   */
  readonly leaseRemaining = (): number =>
    this.#abortReason ? 0 : Math.max(0, this.expiresAt - this.#clock.monotonic());

  abort(reason: Error): void {
    this.#abortReason ??= reason;
    this.#controller?.abort(this.#abortReason);
  }

  /** Stops extending it. Returns whether it was held. */
  release(): boolean {
    return this.#held.delete(this);
  }
}

/**
 * Leases in no particular order. Not a Set: one that gets and loses a member per message is copied
 * again and again, each old copy refers to its successor and its messages, and so they survive
 * collections of the young generation, which was a tenth of the cost of a message.
 */
export class LeaseList {
  readonly #leases: Lease[] = [];
  readonly #place: 'heldAt' | 'activeAt';

  /** @param place the field with the place of a lease in this list; -1 outside of it */
  constructor(place: 'heldAt' | 'activeAt') {
    this.#place = place;
  }

  get size(): number {
    return this.#leases.length;
  }

  add(lease: Lease): void {
    lease[this.#place] = this.#leases.push(lease) - 1;
  }

  /** Removes a lease. Returns whether it was in the list. */
  delete(lease: Lease): boolean {
    const place = lease[this.#place];
    const last = this.#leases.at(-1);
    if (place < 0 || last === undefined) return false;
    this.#leases.pop();
    if (last !== lease) {
      this.#leases[place] = last;
      last[this.#place] = place;
    }
    lease[this.#place] = -1;
    return true;
  }

  /** A copy: members may leave while a caller goes through it. */
  toArray(): Lease[] {
    return [...this.#leases];
  }
}

/**
 * Extends the visibility of messages whose handlers take longer than half of it, ten per call, with
 * one timer for all.
 *
 * A lease is lost when SQS refuses to extend it (`ReceiptHandleIsInvalid`, `MessageNotInflight`: it
 * expired and the message was deleted or delivered again), when no call succeeds in time, and after
 * 12 hours.
 */
export function createLeaseKeeper(deps: LeaseKeeperDeps): LeaseKeeper {
  const { clock, visibilityMs } = deps;
  const held = new LeaseList('heldAt');
  let running = false;
  let closed = false;
  let nap = new AbortController();

  const lose = (entry: Lease, error?: unknown) => {
    if (!entry.release()) return;
    deps.emit({ type: 'leaseLost', messageId: entry.messageId, ...(error === undefined ? {} : { error }) });
    entry.abort(leaseLost(deps.queue));
  };

  const extend = async (entries: Lease[]) => {
    const startedAt = clock.monotonic();
    const extensions = entries.map((entry) => Math.min(visibilityMs, wholeSeconds(entry.endsAt - startedAt)));
    // When to try again if this call fails.
    for (const entry of entries) entry.dueAt = startedAt + Math.max(visibilityMs / 8, 250);
    try {
      const { Failed = [] } = await deps.aws.call(
        sqs,
        'ChangeMessageVisibilityBatch',
        {
          QueueUrl: deps.url,
          Entries: entries.map(({ receiptHandle }, id) => ({
            Id: String(id),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: (extensions[id] ?? 0) / 1_000,
          })),
        },
        { access: 'write', repeatable: true },
      );
      const failures = new Map(Failed.map((failure) => [failure.Id, failure]));
      entries.forEach((entry, id) => {
        const failure = failures.get(String(id));
        if (failure?.SenderFault) lose(entry, failure);
        else if (!failure) {
          entry.expiresAt = startedAt + (extensions[id] ?? 0);
          entry.dueAt = startedAt + (extensions[id] ?? 0) / 2;
        }
      });
    } catch {
      // `check` tries again; if no call succeeds in time the lease is lost.
    }
    nap.abort(); // due times have changed
  };

  const check = () => {
    const now = clock.monotonic();
    const due: Lease[] = [];
    for (const entry of held.toArray()) {
      if (now >= entry.expiresAt) lose(entry);
      else if (now >= entry.dueAt) {
        if (wholeSeconds(entry.endsAt - now) > 0) due.push(entry);
        else entry.dueAt = entry.expiresAt; // the 12 hours are used up
      }
    }
    for (let start = 0; start < due.length; start += SQS_LIMITS.entries) {
      void extend(due.slice(start, start + SQS_LIMITS.entries));
    }
  };

  const run = async () => {
    running = true;
    while (held.size > 0 && !closed) {
      check();
      let next = Number.POSITIVE_INFINITY;
      for (const { dueAt, expiresAt } of held.toArray()) next = Math.min(next, dueAt, expiresAt);
      if (next === Number.POSITIVE_INFINITY) break;
      nap = new AbortController();
      await clock.sleep(Math.max(0, next - clock.monotonic()), nap.signal).catch(() => {}); // woken early
    }
    running = false;
  };

  return {
    take(message) {
      const lease = new Lease(message, visibilityMs, clock, held);
      held.add(lease);
      if (!running && !closed) void run();
      return lease;
    },
    close() {
      closed = true;
      for (const lease of held.toArray()) lease.release();
      nap.abort();
    },
  };
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1_000) * 1_000);
}
