import type { Clock } from '@twelvefold/core';
import type { ServiceExchange } from './service-exchange.ts';

/** Answers that are sent together at most: with more of them the first ones would wait too long. */
const MAX_RESPONSES = 64;
/** Milliseconds after which an answer waits no longer for others: their handlers are slow. */
const MAX_WAIT_MS = 1;

/**
 * Sends the answers of one turn of the event loop together, at its end. A client on this machine (a
 * sidecar proxy, a load test) is then woken once per turn: a write that wakes its reader costs
 * three times as much as one whose reader is awake.
 */
export class ResponseBatcher {
  #waiting: ServiceExchange[] = [];
  /** When the first of those that wait was added. */
  #sinceMs = 0;
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  add(exchange: ServiceExchange): void {
    const count = this.#waiting.push(exchange);
    const nowMs = this.#clock.monotonic();
    if (count === 1) {
      this.#sinceMs = nowMs;
      setImmediate(this.#send);
    } else if (count === MAX_RESPONSES || nowMs - this.#sinceMs > MAX_WAIT_MS) this.send();
  }

  send(): void {
    const exchanges = this.#waiting;
    this.#waiting = [];
    for (const exchange of exchanges) exchange.send();
  }

  readonly #send = () => this.send();
}
