import type { BatchFailure } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Clock, ProducerSpan, TraceContext } from '@twelvefold/lifecycle';
import { producing, TwelvefoldError } from '@twelvefold/lifecycle';
import { backoffMs } from './backoff.ts';
import { itemPuller } from './item-puller.ts';
import type { Producer } from './producer-span.ts';
import { producerSpan } from './producer-span.ts';

/** Batches on their way at once; the source is not read further meanwhile. */
const BATCHES_IN_FLIGHT = 16;
/** Entries of a batch, of SQS and of SNS. */
const ENTRIES = 10;
/** Messages that have been read and wait for earlier ones of their group; beyond it the source waits too. */
const MOST_HELD = BATCHES_IN_FLIGHT * ENTRIES;
const ATTEMPTS = 5;
const BACKOFF_BASE_MS = 100;
const BACKOFF_CAP_MS = 5_000;

/** A message, checked and ready to be sent. */
export interface Prepared<E> {
  entry: E;
  /** What it counts towards the limit per message and per batch. */
  bytes: number;
  /** Where order is kept: its group. */
  lane?: string | undefined;
}

/** One result per message, in input order. */
export type SendAllResult = { ok: true; messageId: string } | { ok: false; error: Error };

export interface SendAllDeps<T, E> {
  /** For the span that all of them are sent in, where a tracer is registered. */
  producer: Producer;
  /** May throw as well as reject. `trace` is what the message has to carry, where it is not the scope's. */
  prepare(message: T, trace: TraceContext | undefined): Prepared<E> | Promise<Prepared<E>>;
  /** The lane of a message that could not be prepared, where it can be told. May throw. */
  laneOf(message: T): string | undefined;
  /** Is told each result instead of all being kept: a source may have no end. */
  onResult?: ((result: SendAllResult, message: T, index: number) => void) | undefined;
  send(entries: Array<E & { Id: string }>): Promise<{
    Successful?: Array<{ Id?: string; MessageId?: string }>;
    Failed?: BatchFailure[];
  }>;
  /** For error messages: `send message to queue 'orders'`. */
  action: string;
  /** The most bytes of a batch. */
  maxBytes: number;
  /** How long a batch that is not full waits for a slow source, in milliseconds. */
  lingerMs: number;
  signal: AbortSignal | undefined;
  clock: Clock;
  random: () => number;
}

interface Waiting<E> extends Prepared<E> {
  /** Says what became of it. */
  readonly tell: (result: SendAllResult) => void;
}

/**
 * Sends every message of a source, in batches, and says for each what became of it. A message that cannot be sent fails alone.
 *
 * Where order is kept no two messages of a group are on their way at once, not even in one batch: AWS may refuse the first and take the
 * second. When one is refused for good the later ones of its group are not sent: they would overtake it.
 *
 * Rejects, after the batches on their way have settled, when the source or `onResult` throws or the signal aborts.
 */
export function sendAll<T, E extends object>(
  messages: Iterable<T> | AsyncIterable<T>,
  deps: SendAllDeps<T, E>,
): Promise<SendAllResult[]> {
  return producing(
    () => producerSpan(deps.producer),
    async (span) => {
      if (!span) return sendEach(messages, deps, undefined);
      const sending = { span, messages: 0 };
      try {
        return await sendEach(messages, deps, sending);
      } finally {
        span.set('messaging.batch.message_count', sending.messages);
      }
    },
  );
}

/** The span of all messages, while they are sent. */
interface Sending {
  readonly span: ProducerSpan;
  messages: number;
}

async function sendEach<T, E extends object>(
  messages: Iterable<T> | AsyncIterable<T>,
  deps: SendAllDeps<T, E>,
  sending: Sending | undefined,
): Promise<SendAllResult[]> {
  const { clock, signal, onResult } = deps;
  const results: SendAllResult[] = [];
  const listenerFaults: unknown[] = [];
  const teller = (message: T, index: number) => (result: SendAllResult) => {
    // One that is not sent is a result and no error; the span has failed all the same.
    if (sending && !result.ok) sending.span.fail(result.error);
    if (!onResult) {
      results[index] = result;
      return;
    }
    try {
      onResult(result, message, index);
    } catch (error) {
      listenerFaults.push(error);
    }
  };
  const inFlight = new Set<Promise<void>>();
  /** By group of which one message is ready or on its way: the later ones. */
  const held = new Map<string, Array<Waiting<E>>>();
  let heldCount = 0;
  const broken = new Set<string>();
  let ready: Array<Waiting<E>> = [];
  /** Wakes whoever waits for a batch to settle: the loop below, and nobody else. */
  let batchSettled: (() => void) | undefined;
  let linger: { over: Promise<void>; timer: AbortController } | undefined;

  const heldBack = (): SendAllResult => ({
    ok: false,
    error: new TwelvefoldError(
      'MESSAGE_HELD_BACK',
      `Cannot ${deps.action}: an earlier message of its group was not sent, and it must not overtake that one`,
    ),
  });

  const add = (waiting: Waiting<E>) => {
    const { lane } = waiting;
    if (lane !== undefined) {
      if (broken.has(lane)) {
        waiting.tell(heldBack());
        return;
      }
      const later = held.get(lane);
      if (later) {
        later.push(waiting);
        heldCount += 1;
        return;
      }
      held.set(lane, []);
    }
    ready.push(waiting);
  };

  const settle = ({ tell, lane }: Waiting<E>, result: SendAllResult) => {
    tell(result);
    if (lane === undefined) return;
    const later = held.get(lane) ?? [];
    if (!result.ok) {
      broken.add(lane);
      for (const other of later) other.tell(heldBack());
      heldCount -= later.length;
      held.delete(lane);
      return;
    }
    const next = later.shift();
    if (next === undefined) {
      held.delete(lane);
      return;
    }
    heldCount -= 1;
    ready.push(next);
  };

  /** Sends what is ready: full batches, or everything. */
  const pack = (everything: boolean) => {
    while (ready.length > 0 && inFlight.size < BATCHES_IN_FLIGHT) {
      let count = 0;
      let bytes = 0;
      while (count < ready.length && count < ENTRIES) {
        const size = ready[count]?.bytes ?? 0;
        if (count > 0 && bytes + size > deps.maxBytes) break;
        bytes += size;
        count += 1;
      }
      const full = count === ENTRIES || count < ready.length;
      if (!full && !everything) return;
      const batch = ready.slice(0, count);
      ready = ready.slice(count);
      const goOn = () => {
        // Whoever waited for an earlier one of its group has lingered enough.
        if (deps.lingerMs === 0 || slow) pack(held.size > 0);
        batchSettled?.();
      };
      const sending = sendBatch(batch, deps, settle, goOn).finally(() => {
        inFlight.delete(sending);
        goOn();
      });
      inFlight.add(sending);
    }
  };

  const laneOfUnsent = (message: T): string | undefined => {
    try {
      return deps.laneOf(message);
    } catch {
      return undefined; // a function of the caller's, which has failed before
    }
  };
  const oneSettles = () =>
    new Promise<void>((resolve) => {
      batchSettled = resolve;
    });
  const isFull = () => inFlight.size >= BATCHES_IN_FLIGHT || heldCount >= MOST_HELD;
  const room = async () => {
    while (isFull()) {
      if (heldCount >= MOST_HELD) pack(true);
      await oneSettles();
    }
  };
  const startLinger = () => {
    const timer = new AbortController();
    const over = clock.sleep(deps.lingerMs, timer.signal);
    over.catch(() => {}); // cancelled
    return { over, timer };
  };
  const endLinger = () => {
    linger?.timer.abort();
    linger = undefined;
  };

  const slow = Symbol.asyncIterator in messages;
  const source = itemPuller(messages, signal);
  try {
    for (let index = 0; ; ) {
      if (listenerFaults.length > 0) throw listenerFaults[0];
      if (slow && ready.length > 0) linger ??= startLinger();
      else endLinger();
      // Awaited only where there is something to wait for: most messages are in an array and have a schema that answers at once.
      const next = source.next(linger?.over);
      const pulled = next instanceof Promise ? await next : next;
      if (pulled.kind === 'end') break;
      if (pulled.kind === 'waiting') {
        endLinger();
        pack(true);
        await room();
        continue;
      }
      const tell = teller(pulled.value, index++);
      if (sending) sending.messages += 1;
      try {
        const preparing = deps.prepare(pulled.value, sending?.span.trace);
        const { entry, bytes, lane } = preparing instanceof Promise ? await preparing : preparing;
        add({ entry, bytes, lane, tell });
      } catch (error) {
        tell({ ok: false, error: asError(error) });
        const lane = laneOfUnsent(pulled.value);
        if (lane !== undefined) broken.add(lane);
        continue;
      }
      const before = ready.length;
      pack(false);
      if (ready.length < before) endLinger();
      if (isFull()) await room();
    }
    endLinger();
    while (ready.length > 0 || inFlight.size > 0) {
      pack(true);
      await oneSettles();
    }
    if (listenerFaults.length > 0) throw listenerFaults[0];
  } catch (error) {
    endLinger();
    source.close();
    if (onResult) for (const { tell } of [...ready, ...[...held.values()].flat()]) tell(unsent(deps.action, error));
    ready = [];
    held.clear();
    while (inFlight.size > 0) {
      await Promise.all(inFlight);
      ready = [];
    }
    throw error;
  }
  signal?.throwIfAborted();
  return results;
}

/** Never rejects: what fails is a result. */
async function sendBatch<T, E extends object>(
  batch: Array<Waiting<E>>,
  deps: SendAllDeps<T, E>,
  settle: (waiting: Waiting<E>, result: SendAllResult) => void,
  /** Some are through and others are tried again: what waited for those need not wait for these. */
  partlySettled: () => void,
): Promise<void> {
  let waiting = batch;
  for (let attempt = 1; ; attempt += 1) {
    const again: Array<{ one: Waiting<E>; error: Error }> = [];
    try {
      const output = await deps.send(waiting.map(({ entry }, id) => ({ ...entry, Id: String(id) })));
      const failed = new Map((output.Failed ?? []).map((failure) => [failure.Id, failure]));
      const sent = new Map((output.Successful ?? []).map(({ Id, MessageId = '' }) => [Id, MessageId]));
      waiting.forEach((one, id) => {
        const messageId = sent.get(String(id));
        if (messageId !== undefined) {
          settle(one, { ok: true, messageId });
          return;
        }
        const failure = failed.get(String(id));
        const error = refused(deps.action, failure);
        if (failure?.SenderFault === true) settle(one, { ok: false, error });
        else again.push({ one, error });
      });
    } catch (cause) {
      const error = asError(cause);
      const passing = AwsError.isInstance(error) && error.retryable;
      for (const one of waiting) {
        if (passing) again.push({ one, error });
        else settle(one, { ok: false, error });
      }
    }
    if (again.length === 0) return;
    if (again.length < waiting.length) partlySettled();
    const last = attempt === ATTEMPTS || deps.signal?.aborted === true;
    const delayMs = backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS, deps.random);
    const waited =
      !last &&
      (await deps.clock.sleep(delayMs, deps.signal).then(
        () => true,
        () => false, // aborted: the caller is told by sendAll
      ));
    if (!waited) {
      for (const { one, error } of again) settle(one, { ok: false, error });
      return;
    }
    waiting = again.map(({ one }) => one);
  }
}

function unsent(action: string, cause: unknown): SendAllResult {
  const error = new TwelvefoldError('MESSAGE_UNSENT', `Cannot ${action}: sending ended before its turn`, { cause });
  return { ok: false, error };
}

function refused(action: string, failure: BatchFailure | undefined): TwelvefoldError {
  const reason = failure
    ? `${failure.Code ?? 'no code'}${failure.Message ? `: ${failure.Message}` : ''}`
    : 'AWS did not say what became of it';
  return new TwelvefoldError('MESSAGE_REFUSED', `Cannot ${action}: ${reason}`);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
