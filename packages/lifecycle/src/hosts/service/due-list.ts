import type { Clock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import type { Arrival } from './arrivals.ts';
import { Arrivals } from './arrivals.ts';

/**
 * Items that are all due after the same time, so that the oldest is always the next: one timer for
 * all. A timer per request costs more than the request's scope.
 */
export class DueList<T> {
  readonly #items = new Arrivals<T>();
  readonly #limitMs: number;
  readonly #onDue: (item: T) => void;
  readonly #clock: Clock;
  #undo: (() => void) | undefined;

  constructor(limitMs: number, onDue: (item: T) => void, clock: Clock) {
    this.#limitMs = limitMs;
    this.#onDue = onDue;
    this.#clock = clock;
  }

  add(item: T, nowMs = this.#clock.monotonic()): Arrival<T> {
    if (this.#undo === undefined) this.#arm(this.#limitMs);
    return this.#items.add(item, nowMs);
  }

  delete(arrival: Arrival<T>): void {
    this.#items.delete(arrival);
  }

  /** Ends the timer. Nothing is due any more. */
  stop(): void {
    this.#undo?.();
    this.#undo = undefined;
  }

  /** The oldest item, if it has been in the list for `ms` milliseconds. */
  oldest(ms: number): T | undefined {
    const { oldest } = this.#items;
    return oldest !== undefined && this.#clock.monotonic() - oldest.atMs >= ms ? oldest.item : undefined;
  }

  #arm(ms: number): void {
    this.#undo = after(this.#clock, ms, () => {
      this.#undo = undefined;
      const nowMs = this.#clock.monotonic();
      for (let next = this.#items.oldest; next !== undefined; next = this.#items.oldest) {
        const dueMs = next.atMs + this.#limitMs;
        if (dueMs > nowMs) {
          this.#arm(dueMs - nowMs);
          return;
        }
        this.#items.delete(next);
        this.#onDue(next.item);
      }
    });
  }
}
