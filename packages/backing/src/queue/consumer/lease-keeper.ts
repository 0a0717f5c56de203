import type { Aws } from '@twelvefold/aws';
import type { Clock, Deadline } from '@twelvefold/lifecycle';
import type { ConsumerEvent } from '../consumer-event.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { leaseLost } from './abort-reason.ts';

/** The right to work on one message, as long as SQS keeps it from others. */
export interface Lease {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** Aborts when the lease is lost, or when the consumer has to stop. */
  readonly signal: AbortSignal;
  /** SQS lets a message stay invisible for 12 hours in all. */
  readonly deadline: Deadline;
  /** Milliseconds until SQS gives it to somebody else, if it is not extended before. */
  remainingMs(): number;
  abort(reason: Error): void;
  /** Stops extending it. */
  release(): void;
}

export interface LeaseKeeper {
  /** Takes up a message that has just been received. */
  take(messageId: string, receiptHandle: string): Lease;
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

interface Held {
  readonly lease: Lease;
  readonly controller: AbortController;
  /** When to extend it next. */
  dueAt: number;
  /** When SQS gives it to somebody else, unless it is extended before. */
  expiresAt: number;
  /** 12 hours after the receive. */
  readonly endsAt: number;
}

/**
 * Extends the visibility of messages whose handlers take longer than half of it, ten per call, with one timer for all.
 *
 * A lease is lost when SQS refuses to extend it (`ReceiptHandleIsInvalid`, `MessageNotInflight`: it expired and was deleted or
 * delivered again), when it could not be extended in time, and after 12 hours.
 */
export function createLeaseKeeper(deps: LeaseKeeperDeps): LeaseKeeper {
  const { clock, visibilityMs } = deps;
  const held = new Map<string, Held>();
  let running = false;
  let closed = false;
  let nap = new AbortController();

  const lose = (entry: Held, error?: unknown) => {
    if (!held.delete(entry.lease.receiptHandle)) return;
    deps.emit({
      type: 'leaseLost',
      messageId: entry.lease.messageId,
      ...(error === undefined ? {} : { error }),
    });
    entry.controller.abort(leaseLost(deps.queue));
  };

  const extend = async (entries: Held[]) => {
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
          Entries: entries.map(({ lease }, id) => ({
            Id: String(id),
            ReceiptHandle: lease.receiptHandle,
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
    const due: Held[] = [];
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
    take(messageId, receiptHandle) {
      const now = clock.monotonic();
      const controller = new AbortController();
      const endsAt = now + SQS_LIMITS.invisibleMs;
      const entry: Omit<Held, 'lease'> = {
        controller,
        dueAt: now + visibilityMs / 2,
        expiresAt: now + visibilityMs,
        endsAt,
      };
      const lease: Lease = {
        messageId,
        receiptHandle,
        signal: controller.signal,
        deadline: { remainingMs: () => Math.max(0, endsAt - clock.monotonic()) },
        remainingMs: () => (controller.signal.aborted ? 0 : Math.max(0, taken.expiresAt - clock.monotonic())),
        abort: (reason) => controller.abort(reason),
        release: () => void held.delete(receiptHandle),
      };
      const taken: Held = Object.assign(entry, { lease });
      held.set(receiptHandle, taken);
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
