import type { Message } from './message.ts';

/** The order in which a queue gives its messages out. */
export interface Line {
  /** A message came in; it may still be delayed, or be in flight already. */
  add(message: Message, now: number): void;
  /** A message's delay is over. */
  ripen(message: Message): void;
  /** A message in flight became visible again. */
  release(message: Message): void;
  /** A message left the queue. */
  remove(message: Message): void;
  /**
   * Up to `max` messages that can be received now; they count as in flight from here on. `accept` may turn one away, having
   * removed it.
   */
  pick(max: number, now: number, accept: (message: Message) => boolean): Message[];
}
