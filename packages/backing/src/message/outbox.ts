import { GroupScheduler } from './group-scheduler.ts';

/** A message that has been checked and can be sent. */
export interface Sendable {
  /** Bytes that count towards the limit of a batch. */
  readonly bytes: number;
  /** The group whose order is kept. */
  readonly group: string | undefined;
}

export interface OutboxLimits {
  /** Entries of a batch. */
  readonly entries: number;
  /** Bytes of a batch. */
  readonly bytes: number;
  /** Batches in flight. */
  readonly batches: number;
  /** Messages that wait for an earlier one of their group. */
  readonly waiting: number;
}

/**
 * Decides which messages go into the next batch, without any I/O.
 *
 * Of a group one message at a time is ready or in flight, not even two in one batch: AWS may refuse
 * the first and accept the second. When one fails, its group is blocked: later messages would
 * overtake it.
 */
export class Outbox<M extends Sendable> {
  readonly #limits: OutboxLimits;
  readonly #groups = new GroupScheduler<M>();
  readonly #blocked = new Set<string>();
  readonly #ready: M[] = [];
  #inFlight = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** Messages that may be sent now. */
  get ready(): number {
    return this.#ready.length;
  }

  /** Batches in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** A message of a group is ready or in flight, so that others of its group may follow it soon. */
  get hasGroups(): boolean {
    return this.#groups.activeGroups > 0;
  }

  /** Too many messages wait for earlier ones of their groups. */
  get isCrowded(): boolean {
    return this.#groups.waiting >= this.#limits.waiting;
  }

  /** Nothing should be added until a batch has ended. */
  get isFull(): boolean {
    return this.#inFlight >= this.#limits.batches || this.isCrowded;
  }

  /** Takes a message. Returns false when its group is blocked: it must not be sent. */
  add(message: M): boolean {
    const { group } = message;
    if (group !== undefined) {
      if (this.#blocked.has(group)) return false;
      if (!this.#groups.admit(group, message)) return true;
    }
    this.#ready.push(message);
    return true;
  }

  /**
   * Blocks a group one of whose messages could not be prepared. Earlier messages of it still go.
   */
  block(group: string): void {
    this.#blocked.add(group);
  }

  /**
   * The next batch, which is in flight from now on, or `undefined`: nothing is ready, enough
   * batches are in flight, or the batch is not full and `partial` is false.
   */
  nextBatch(partial: boolean): M[] | undefined {
    if (this.#ready.length === 0 || this.#inFlight >= this.#limits.batches) return undefined;
    let count = 0;
    for (let bytes = 0; count < this.#ready.length && count < this.#limits.entries; count += 1) {
      bytes += this.#ready[count]?.bytes ?? 0;
      if (count > 0 && bytes > this.#limits.bytes) break;
    }
    const isFull = count === this.#limits.entries || count < this.#ready.length;
    if (!isFull && !partial) return undefined;
    this.#inFlight += 1;
    return this.#ready.splice(0, count);
  }

  /** A message of a batch was sent: the next one of its group is ready. */
  sent({ group }: M): void {
    const next = group === undefined ? undefined : this.#groups.advance(group);
    if (next !== undefined) this.#ready.push(next);
  }

  /** A message of a batch failed for good. Returns those of its group that must not be sent now. */
  failed({ group }: M): readonly M[] {
    if (group === undefined) return [];
    this.#blocked.add(group);
    return this.#groups.clear(group);
  }

  /** All messages of a batch have been sent or have failed. */
  batchEnded(): void {
    this.#inFlight -= 1;
  }

  /** Removes what is not in flight. Returns it in no particular order. */
  clear(): M[] {
    return [...this.#ready.splice(0), ...this.#groups.removeWaiting()];
  }
}
