import type { Clock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';

/**
 * Times that are all equally far away when they are added, so that the oldest is always the next: one timer for all. A timer for each of
 * 3,000 requests a second costs more than what they wait for.
 */
export class DueList<T extends object> {
  readonly #items = new Map<T, number>();
  readonly #limitMs: number;
  readonly #onDue: (item: T) => void;
  readonly #clock: Clock;
  #undo: (() => void) | undefined;

  constructor(limitMs: number, onDue: (item: T) => void, clock: Clock) {
    this.#limitMs = limitMs;
    this.#onDue = onDue;
    this.#clock = clock;
  }

  /** Adds an item. One that is in the list starts anew. */
  add(item: T, nowMs = this.#clock.monotonic()): void {
    this.#items.delete(item);
    this.#items.set(item, nowMs + this.#limitMs);
    if (this.#undo === undefined) this.#arm(this.#limitMs);
  }

  delete(item: T): void {
    this.#items.delete(item);
  }

  /** Ends the timer. Nothing is due any more. */
  stop(): void {
    this.#items.clear();
    this.#undo?.();
    this.#undo = undefined;
  }

  /** The oldest item, if it has been in the list for `ms` milliseconds. */
  oldest(ms: number): T | undefined {
    for (const [item, dueMs] of this.#items)
      return this.#clock.monotonic() - (dueMs - this.#limitMs) >= ms ? item : undefined;
    return undefined;
  }

  #arm(ms: number): void {
    this.#undo = after(this.#clock, ms, () => {
      this.#undo = undefined;
      const nowMs = this.#clock.monotonic();
      for (const [item, dueMs] of this.#items) {
        if (dueMs > nowMs) {
          this.#arm(dueMs - nowMs);
          return;
        }
        this.#items.delete(item);
        this.#onDue(item);
      }
    });
  }
}
