import type { Aws } from '@twelvefold/aws';
import type { Clock, Deadline } from '@twelvefold/lifecycle';
import type { ConsumerEvent } from '../consumer-event.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { leaseLost } from './abort-reason.ts';

/** The right to work on one message, as long as SQS keeps it from others: the terms on which it is handled. */
export interface Lease {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** When the message was received, on the monotonic clock. */
  readonly receivedAt: number;
  /** Aborts when the lease is lost, or when the consumer has to stop. */
  readonly signal: AbortSignal;
  /** SQS lets a message stay invisible for 12 hours in all. */
  readonly deadline: Deadline;
  /** How long SQS would still let it stay invisible. */
  longestDelayMs(): number;
  /** Milliseconds until SQS gives it to somebody else, if it is not extended before. */
  readonly leaseRemaining: () => number;
  abort(reason: Error): void;
  /** Stops extending it. */
  release(): void;
}

export interface LeaseKeeper {
  /** Takes up a message that has just been received. */
  take(message: { messageId: string; receiptHandle: string }): Lease;
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

/** SQS counts the 12 hours from before its answer came here, in whole seconds; a second above them it refuses to time a message at all. */
const ANSWER_MS = 10_000;

/** A class, whose signal is made when it is first asked for: there is one per message, and most handlers ask for nothing. */
class HeldLease implements Lease, Deadline {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly receivedAt: number;
  /** When to extend it next. */
  dueAt: number;
  /** When SQS gives it to somebody else, unless it is extended before. */
  expiresAt: number;
  /** 12 hours after the receive. */
  readonly endsAt: number;
  readonly #clock: Clock;
  readonly #held: Map<string, HeldLease>;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: Error } | undefined;

  constructor(
    message: { messageId: string; receiptHandle: string },
    visibilityMs: number,
    clock: Clock,
    held: Map<string, HeldLease>,
  ) {
    const now = clock.monotonic();
    this.messageId = message.messageId;
    this.receiptHandle = message.receiptHandle;
    this.receivedAt = now;
    this.dueAt = now + visibilityMs / 2;
    this.expiresAt = now + visibilityMs;
    this.endsAt = now + SQS_LIMITS.invisibleMs;
    this.#clock = clock;
    this.#held = held;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  get deadline(): Deadline {
    return this;
  }

  remainingMs(): number {
    return Math.max(0, this.endsAt - this.#clock.monotonic());
  }

  longestDelayMs(): number {
    return Math.max(0, this.endsAt - ANSWER_MS - this.#clock.monotonic());
  }

  readonly leaseRemaining = (): number => (this.#aborted ? 0 : Math.max(0, this.expiresAt - this.#clock.monotonic()));

  abort(reason: Error): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(this.#aborted.reason);
  }

  release(): void {
    this.#held.delete(this.receiptHandle);
  }
}

/**
 * Extends the visibility of messages whose handlers take longer than half of it, ten per call, with one timer for all.
 *
 * A lease is lost when SQS refuses to extend it (`ReceiptHandleIsInvalid`, `MessageNotInflight`: it expired and was deleted or
 * delivered again), when it could not be extended in time, and after 12 hours.
 */
export function createLeaseKeeper(deps: LeaseKeeperDeps): LeaseKeeper {
  const { clock, visibilityMs } = deps;
  const held = new Map<string, HeldLease>();
  let running = false;
  let closed = false;
  let nap = new AbortController();

  const lose = (entry: HeldLease, error?: unknown) => {
    if (!held.delete(entry.receiptHandle)) return;
    deps.emit({
      type: 'leaseLost',
      messageId: entry.messageId,
      ...(error === undefined ? {} : { error }),
    });
    entry.abort(leaseLost(deps.queue));
  };

  const extend = async (entries: HeldLease[]) => {
    const startedAt = clock.monotonic();
    const extensions = entries.map((entry) => Math.min(visibilityMs, wholeSeconds(entry.endsAt - startedAt)));
    // Tried again soon, should this call fail; a good answer puts it off.
    for (const entry of entries) entry.dueAt = startedAt + Math.max(visibilityMs / 8, 250);
    try {
      const { Failed = [] } = await deps.aws.call(
        'sqs',
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
      // The next turn tries again; if none succeeds in time the lease is lost.
    }
    nap.abort(); // due times have changed
  };

  const turn = () => {
    const now = clock.monotonic();
    const due: HeldLease[] = [];
    for (const entry of held.values()) {
      if (now >= entry.expiresAt) lose(entry);
      else if (now >= entry.dueAt) {
        if (wholeSeconds(entry.endsAt - now) > 0) due.push(entry);
        else entry.dueAt = entry.expiresAt; // the 12 hours are used up: nothing left to extend
      }
    }
    for (let start = 0; start < due.length; start += SQS_LIMITS.entries) {
      void extend(due.slice(start, start + SQS_LIMITS.entries));
    }
  };

  const run = async () => {
    running = true;
    while (held.size > 0 && !closed) {
      turn();
      let next = Number.POSITIVE_INFINITY;
      for (const { dueAt, expiresAt } of held.values()) next = Math.min(next, dueAt, expiresAt);
      if (next === Number.POSITIVE_INFINITY) break;
      nap = new AbortController();
      await clock.sleep(Math.max(0, next - clock.monotonic()), nap.signal).catch(() => {}); // woken early
    }
    running = false;
  };

  return {
    take(message) {
      const lease = new HeldLease(message, visibilityMs, clock, held);
      held.set(lease.receiptHandle, lease);
      if (!running && !closed) void run();
      return lease;
    },
    close() {
      closed = true;
      held.clear();
      nap.abort();
    },
  };
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1_000) * 1_000);
}
