import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { ProducerSpan, TraceContext } from '@twelvefold/lifecycle/internal';
import { producing } from '@twelvefold/lifecycle/internal';
import type { BatchAnswer } from './batch-call.ts';
import { callBatch } from './batch-call.ts';
import type { ItemPuller } from './item-puller.ts';
import { itemPuller } from './item-puller.ts';
import { Outbox } from './outbox.ts';
import type { Producer } from './producer-span.ts';
import { producerSpan } from './producer-span.ts';

/** Batches in flight; meanwhile the source is not read further. */
const BATCHES_IN_FLIGHT = 16;
/** Entries of a batch, of SQS and of SNS. */
const ENTRIES = 10;
/** Messages that were read and wait for earlier ones of their group; beyond it the source waits. */
const MAX_WAITING = BATCHES_IN_FLIGHT * ENTRIES;

/**
 * A message that has been checked, as the entry of a batch. One object per message from there to
 * its result.
 */
export class Prepared<E> {
  readonly entry: E;
  /** Bytes that count towards the limits of a message and of a batch. */
  readonly bytes: number;
  /** The group whose order is kept. */
  readonly group: string | undefined;
  /** Its place in the source. Set by `sendAll`, as is `message`. */
  index = -1;
  message: unknown;

  constructor(entry: E, bytes: number, group: string | undefined) {
    this.entry = entry;
    this.bytes = bytes;
    this.group = group;
  }
}

/** One result per message, in input order. */
export type SendAllResult = { ok: true; messageId: string } | { ok: false; error: Error };

export interface SendAllDeps<T, E extends object> {
  /** For the span of all messages, where a tracer is registered. */
  producer: Producer;
  /**
   * Makes what prepares a message. `trace` is what the messages carry, if not the scope's trace.
   */
  preparer(trace: TraceContext | undefined): (message: T) => Prepared<E> | Promise<Prepared<E>>;
  /** The group of a message that could not be prepared, if it has one. May throw. */
  groupOf(message: T): string | undefined;
  /** Receives each result; without it all of them are returned. A source may have no end. */
  onResult?: ((result: SendAllResult, message: T, index: number) => void) | undefined;
  /** One call with at most ten entries. */
  send(entries: Array<E & { Id: string }>): Promise<BatchAnswer>;
  /** For error messages: `send message to queue 'orders'`. */
  action: string;
  /** Bytes of a batch. */
  maxBytes: number;
  /** How long a batch that is not full waits for a slow source, in milliseconds. */
  lingerMs: number;
  signal: AbortSignal | undefined;
  clock: Clock;
  random: () => number;
}

/**
 * Sends every message of a source in batches and returns one result per message. A message that
 * cannot be sent does not affect others, except the later ones of its group where order is kept
 * ({@link Outbox}).
 *
 * Rejects when the source or `onResult` throws or the signal aborts, after the batches in flight
 * have ended.
 */
export function sendAll<T, E extends object>(
  messages: Iterable<T> | AsyncIterable<T>,
  deps: SendAllDeps<T, E>,
): Promise<SendAllResult[]> {
  return producing(
    () => producerSpan(deps.producer),
    async (span) => {
      const sending = new Sending(deps, span, Symbol.asyncIterator in messages);
      const source = itemPuller(messages, deps.signal);
      try {
        await sending.pullAll(source);
        await sending.finish();
      } catch (error) {
        source.close();
        await sending.abandon(error);
        throw error;
      } finally {
        span?.set('messaging.batch.message_count', sending.messages);
      }
      deps.signal?.throwIfAborted();
      return sending.results;
    },
  );
}

/** One call of `sendAll`: moves messages from the source through the outbox into batches. */
class Sending<T, E extends object> {
  readonly results: SendAllResult[] = [];
  /** Messages that the source has given. */
  messages = 0;
  readonly #deps: SendAllDeps<T, E>;
  readonly #span: ProducerSpan | undefined;
  /** The source is asynchronous: it may keep a batch waiting that is not full. */
  readonly #isSlow: boolean;
  readonly #outbox: Outbox<Prepared<E>>;
  #batchEnded: (() => void) | undefined;
  #linger: { readonly over: Promise<void>; readonly timer: AbortController } | undefined;
  #listenerFault: { readonly error: unknown } | undefined;

  constructor(deps: SendAllDeps<T, E>, span: ProducerSpan | undefined, isSlow: boolean) {
    this.#deps = deps;
    this.#span = span;
    this.#isSlow = isSlow;
    this.#outbox = new Outbox({
      entries: ENTRIES,
      bytes: deps.maxBytes,
      batches: BATCHES_IN_FLIGHT,
      waiting: MAX_WAITING,
    });
  }

  /** Reads the source to its end, as fast as its messages are sent. */
  async pullAll(source: ItemPuller<T>): Promise<void> {
    const prepare = this.#deps.preparer(this.#span?.trace);
    for (;;) {
      this.#throwListenerFault();
      if (this.#isSlow && this.#outbox.ready > 0) this.#linger ??= this.#startLinger();
      else this.#endLinger();
      // Awaits only a promise: an array and a synchronous schema need none, and it would cost a
      // turn per message.
      const next = source.next(this.#linger?.over);
      const pulled = next instanceof Promise ? await next : next;
      if (pulled.kind === 'end') break;
      if (pulled.kind === 'waiting') {
        this.#endLinger();
        this.#dispatch(true);
        await this.#room();
        continue;
      }
      const { value: message } = pulled;
      const index = this.messages++;
      try {
        const preparing = prepare(message);
        const outgoing = preparing instanceof Promise ? await preparing : preparing;
        outgoing.message = message;
        outgoing.index = index;
        if (!this.#outbox.add(outgoing)) this.#report(outgoing, this.#heldBack());
      } catch (error) {
        this.#refuse(message, index, error);
        continue;
      }
      if (this.#dispatch(false)) this.#endLinger();
      if (this.#outbox.isFull) await this.#room();
    }
    this.#endLinger();
  }

  /** Sends what is left. */
  async finish(): Promise<void> {
    while (this.#outbox.ready > 0 || this.#outbox.inFlight > 0) {
      this.#dispatch(true);
      await this.#oneBatch();
    }
    this.#throwListenerFault();
  }

  /** Sends nothing more and waits for the batches in flight. */
  async abandon(cause: unknown): Promise<void> {
    this.#endLinger();
    const error = new TwelvefoldError(
      'MESSAGE_UNSENT',
      `Cannot ${this.#deps.action}: sendAll ended before it was sent`,
      { cause },
    );
    for (const outgoing of this.#outbox.clear()) {
      if (this.#deps.onResult) this.#report(outgoing, { ok: false, error });
    }
    while (this.#outbox.inFlight > 0) await this.#oneBatch();
  }

  /**
   * Starts calls for full batches, or with `partial` for all that is ready. Returns whether it
   * started one.
   */
  #dispatch(partial: boolean): boolean {
    let started = false;
    for (let batch = this.#outbox.nextBatch(partial); batch; batch = this.#outbox.nextBatch(partial)) {
      started = true;
      void callBatch(batch, {
        action: this.#deps.action,
        send: (entries) => this.#deps.send(entries),
        settle: (outgoing, messageId, error) => this.#settle(outgoing, messageId, error),
        onPartlySettled: () => this.#goOn(),
        signal: this.#deps.signal,
        clock: this.#deps.clock,
        random: this.#deps.random,
      }).then(() => {
        this.#outbox.batchEnded();
        this.#goOn();
      });
    }
    return started;
  }

  /** After messages were settled: others may be ready, and there may be room for another batch. */
  #goOn(): void {
    // What waited for an earlier message of its group has lingered enough.
    if (this.#deps.lingerMs === 0 || this.#isSlow) this.#dispatch(this.#outbox.hasGroups);
    this.#batchEnded?.();
  }

  #settle(outgoing: Prepared<E>, messageId: string, error: Error | undefined): void {
    if (error === undefined) {
      this.#report(outgoing, { ok: true, messageId });
      this.#outbox.sent(outgoing);
      return;
    }
    this.#report(outgoing, { ok: false, error });
    for (const later of this.#outbox.failed(outgoing)) this.#report(later, this.#heldBack());
  }

  /** A message that cannot be prepared. */
  #refuse(message: T, index: number, cause: unknown): void {
    const error = toError(cause);
    this.#report({ message, index }, { ok: false, error });
    let group: string | undefined;
    try {
      group = this.#deps.groupOf(message);
    } catch {
      // The caller's function, which may have been the reason.
    }
    if (group !== undefined) this.#outbox.block(group);
  }

  #report({ message, index }: Pick<Prepared<E>, 'message' | 'index'>, result: SendAllResult): void {
    // A message that is not sent rejects nothing, but the span has failed.
    if (!result.ok) this.#span?.fail(result.error);
    const { onResult } = this.#deps;
    if (!onResult) {
      this.results[index] = result;
      return;
    }
    try {
      onResult(result, message as T, index); // pullAll() has set it
    } catch (error) {
      this.#listenerFault ??= { error };
    }
  }

  #heldBack(): SendAllResult {
    const error = new TwelvefoldError(
      'MESSAGE_HELD_BACK',
      `Cannot ${this.#deps.action}: an earlier message of its group was not sent, and it must not overtake that one`,
    );
    return { ok: false, error };
  }

  #throwListenerFault(): void {
    if (this.#listenerFault) throw this.#listenerFault.error;
  }

  /** Resolves when another message may be added. */
  async #room(): Promise<void> {
    while (this.#outbox.isFull) {
      if (this.#outbox.isCrowded) this.#dispatch(true);
      await this.#oneBatch();
    }
  }

  /** Resolves when a batch has ended, or a part of one. */
  #oneBatch(): Promise<void> {
    return new Promise((resolve) => {
      this.#batchEnded = resolve;
    });
  }

  #startLinger() {
    const timer = new AbortController();
    const over = this.#deps.clock.sleep(this.#deps.lingerMs, timer.signal);
    over.catch(() => {}); // ended early
    return { over, timer };
  }

  #endLinger(): void {
    this.#linger?.timer.abort();
    this.#linger = undefined;
  }
}
