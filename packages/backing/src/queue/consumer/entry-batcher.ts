import type { BatchFailure } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { TwelvefoldError } from '@twelvefold/lifecycle';
import { backoffMs } from '../../message/backoff.ts';
import { SQS_LIMITS } from '../sqs-limits.ts';
import { createAlarm } from './alarm.ts';

const ATTEMPTS = 5;
const BACKOFF_BASE_MS = 100;
const BACKOFF_CAP_MS = 5_000;

export interface EntryBatcherDeps<E> {
  /** For error messages: `delete messages of queue 'orders'`. */
  action: string;
  /** One batch call. */
  send(entries: Array<E & { Id: string }>): Promise<{ Failed?: BatchFailure[] }>;
  /** How long an entry may wait for others, in milliseconds. */
  lingerMs: number;
  clock: Clock;
  random: () => number;
}

/** Told once per entry: it has been sent, or, with an error, SQS would not have it. */
export type Settled = (error: Error | undefined) => void;

export interface EntryBatcher<E> {
  /** Takes an entry. A callback rather than a promise: there is one per message. */
  add(entry: E, settled: Settled): void;
  /** Sends what waits, now. */
  flush(): void;
  /** From now on nothing lingers. */
  hurry(): void;
  /** Entries added and not yet settled. */
  readonly unsettled: number;
}

interface Waiting<E> {
  readonly entry: E;
  readonly settled: Settled;
}

/**
 * Coalesces single entries into batch calls of ten. Entries that failed for SQS's own reasons, and calls that failed as a whole
 * but may succeed later, are tried again; entries at fault are not.
 */
export function createEntryBatcher<E extends object>(deps: EntryBatcherDeps<E>): EntryBatcher<E> {
  let waiting: Array<Waiting<E>> = [];
  let hurried = false;
  let unsettled = 0;

  const settle = ({ settled }: Waiting<E>, error: Error | undefined) => {
    unsettled -= 1;
    settled(error);
  };
  const flush = () => {
    linger.unset();
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    void sendBatch(batch, deps, settle);
  };
  const linger = createAlarm(deps.clock, deps.lingerMs, flush);

  return {
    add(entry, settled) {
      unsettled += 1;
      waiting.push({ entry, settled });
      if (waiting.length === SQS_LIMITS.entries) flush();
      // In a microtask, so that what is acknowledged in one go still shares a call.
      else if (hurried) queueMicrotask(flush);
      else if (waiting.length === 1) linger.set();
    },
    flush,
    hurry: () => {
      hurried = true;
      flush();
      linger.end();
    },
    get unsettled() {
      return unsettled;
    },
  };
}

async function sendBatch<E extends object>(
  batch: Array<Waiting<E>>,
  deps: EntryBatcherDeps<E>,
  settle: (waiting: Waiting<E>, error: Error | undefined) => void,
): Promise<void> {
  let remaining = batch;
  for (let attempt = 1; ; attempt += 1) {
    const again: Array<{ waiting: Waiting<E>; error: Error }> = [];
    try {
      const { Failed } = await deps.send(remaining.map(({ entry }, id) => ({ ...entry, Id: String(id) })));
      remaining.forEach((waiting, id) => {
        const failure = Failed?.find(({ Id }) => Id === String(id)); // ten at most, and seldom one
        if (failure === undefined) settle(waiting, undefined);
        else if (failure.SenderFault === true) settle(waiting, asError(deps.action, failure));
        else again.push({ waiting, error: asError(deps.action, failure) });
      });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause), { cause });
      const lasting = AwsError.isInstance(error) && !error.retryable;
      for (const waiting of remaining) {
        if (lasting) settle(waiting, error);
        else again.push({ waiting, error });
      }
    }
    if (again.length === 0) return;
    if (attempt === ATTEMPTS) {
      for (const { waiting, error } of again) settle(waiting, error);
      return;
    }
    remaining = again.map(({ waiting }) => waiting);
    await deps.clock.sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS, deps.random));
  }
}

function asError(action: string, { Code = 'no code', Message }: BatchFailure): TwelvefoldError {
  return new TwelvefoldError('ENTRY_REFUSED', `Cannot ${action}: ${Code}${Message ? `: ${Message}` : ''}`);
}
