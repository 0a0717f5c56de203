import type { BatchFailure, SendMessageEntry } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { TwelvefoldError } from '@twelvefold/lifecycle';
import { backoffMs } from '../message/backoff.ts';
import { itemPuller } from './item-puller.ts';
import type { SendResult } from './port.ts';
import type { PreparedEntry } from './prepare-entry.ts';
import { SQS_LIMITS } from './sqs-limits.ts';

/** Batches on their way at once; the source is not read further meanwhile. */
const BATCHES_IN_FLIGHT = 16;
/** How long a batch that is not full waits for a slow source. */
const LINGER_MS = 50;
const ATTEMPTS = 5;
const BACKOFF_BASE_MS = 100;
const BACKOFF_CAP_MS = 5_000;

export interface SendAllDeps {
  prepare(message: unknown): Promise<PreparedEntry>;
  send(entries: SendMessageEntry[]): Promise<{
    Successful?: Array<{ Id?: string; MessageId?: string }>;
    Failed?: BatchFailure[];
  }>;
  /** For error messages: `queue 'orders'`. */
  subject: string;
  signal: AbortSignal | undefined;
  clock: Clock;
  random: () => number;
}

interface Waiting extends PreparedEntry {
  /** Position in the input, and so in the results. */
  index: number;
}

/**
 * Sends every message of a source, in batches, and says for each what became of it. A message that cannot be sent fails alone.
 * Rejects, after the batches on their way have settled, when the source throws or the signal aborts.
 */
export async function sendAll<T>(messages: Iterable<T> | AsyncIterable<T>, deps: SendAllDeps): Promise<SendResult[]> {
  const results: SendResult[] = [];
  const inFlight = new Set<Promise<void>>();
  let batch: Waiting[] = [];
  let bytes = 0;
  let linger: { over: Promise<void>; timer: AbortController } | undefined;

  const startLinger = () => {
    const timer = new AbortController();
    const over = deps.clock.sleep(LINGER_MS, timer.signal);
    over.catch(() => {}); // cancelled by flush
    return { over, timer };
  };
  const flush = async () => {
    linger?.timer.abort();
    linger = undefined;
    if (batch.length === 0) return;
    const sending = sendBatch(batch, results, deps).finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    batch = [];
    bytes = 0;
    while (inFlight.size >= BATCHES_IN_FLIGHT) await Promise.race(inFlight);
  };

  const slow = Symbol.asyncIterator in messages;
  const source = itemPuller(messages, deps.signal);
  try {
    for (let index = 0; ; ) {
      const pulled = await source.next(linger?.over);
      if (pulled.kind === 'end') break;
      if (pulled.kind === 'waiting') {
        await flush();
        continue;
      }
      const position = index++;
      const prepared = await deps.prepare(pulled.value).catch(asError);
      if (prepared instanceof Error) {
        results[position] = { ok: false, error: prepared };
        continue;
      }
      if (bytes + prepared.bytes > SQS_LIMITS.bytes) await flush();
      batch.push({ ...prepared, index: position });
      bytes += prepared.bytes;
      if (slow) linger ??= startLinger();
      if (batch.length === SQS_LIMITS.entries) await flush();
    }
    await flush();
  } catch (error) {
    linger?.timer.abort();
    source.close();
    await Promise.all(inFlight);
    throw error;
  }
  await Promise.all(inFlight);
  deps.signal?.throwIfAborted();
  return results;
}

/** Never rejects: what fails is a result. */
async function sendBatch(batch: Waiting[], results: SendResult[], deps: SendAllDeps): Promise<void> {
  let waiting = batch;
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    let failed: Map<string, BatchFailure>;
    const sent = new Map<string, string>();
    try {
      const output = await deps.send(waiting.map(({ entry }, id) => ({ Id: String(id), ...entry })));
      failed = new Map((output.Failed ?? []).map((failure) => [failure.Id ?? '', failure]));
      for (const { Id = '', MessageId = '' } of output.Successful ?? []) sent.set(Id, MessageId);
    } catch (error) {
      // The port has already retried what may be retried as a whole.
      for (const { index } of waiting) results[index] = { ok: false, error: asError(error) };
      return;
    }
    const again: Waiting[] = [];
    waiting.forEach((entry, id) => {
      const messageId = sent.get(String(id));
      if (messageId !== undefined) {
        results[entry.index] = { ok: true, messageId };
        return;
      }
      const failure = failed.get(String(id));
      results[entry.index] = { ok: false, error: refused(deps.subject, failure) };
      if (failure?.SenderFault !== true) again.push(entry);
    });
    if (attempt === ATTEMPTS) return;
    waiting = again;
    if (waiting.length === 0) return;
    try {
      await deps.clock.sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS, deps.random), deps.signal);
    } catch {
      return; // aborted: the results say which ones were not sent, the caller is told by sendAll
    }
  }
}

function refused(subject: string, failure: BatchFailure | undefined): TwelvefoldError {
  const reason = failure
    ? `${failure.Code ?? 'no code'}${failure.Message ? `: ${failure.Message}` : ''}`
    : 'SQS did not say what became of it';
  return new TwelvefoldError('MESSAGE_REFUSED', `Cannot send message to ${subject}: ${reason}`);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
