import type { Message } from './message.ts';

/** The order in which a queue gives its messages out. */
export interface Line {
  /** A message came in; it may still be delayed. */
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

/** A standard queue: whatever is visible, oldest first as far as possible. */
export function createStandardLine(): Line {
  const ready = new Set<Message>();
  return {
    add: (message, now) => {
      if (message.visibleAt <= now) ready.add(message);
    },
    ripen: (message) => ready.add(message),
    release: (message) => ready.add(message),
    remove: (message) => ready.delete(message),
    pick: (max, _now, accept) => {
      const picked: Message[] = [];
      for (const message of ready) {
        if (picked.length === max) break;
        ready.delete(message);
        if (accept(message)) picked.push(message);
      }
      return picked;
    },
  };
}

interface Group {
  readonly messages: Set<Message>;
  inFlight: number;
}

/** A FIFO queue: in order within a group, and nothing of a group while one of its messages is in flight. */
export function createFifoLine(): Line {
  const groups = new Map<string, Group>();
  const groupOf = (message: Message): Group => {
    const id = message.groupId ?? '';
    const group = groups.get(id) ?? { messages: new Set<Message>(), inFlight: 0 };
    groups.set(id, group);
    return group;
  };
  return {
    add: (message) => groupOf(message).messages.add(message),
    ripen: () => {},
    release: (message) => {
      groupOf(message).inFlight -= 1;
    },
    remove: (message) => {
      const group = groupOf(message);
      if (group.messages.delete(message) && message.inFlight) group.inFlight -= 1;
      if (group.messages.size === 0) groups.delete(message.groupId ?? '');
    },
    pick: (max, now, accept) => {
      const picked: Message[] = [];
      for (const group of groups.values()) {
        if (group.inFlight > 0) continue;
        for (const message of group.messages) {
          // A delayed message holds back the later ones of its group, or they would overtake it.
          if (picked.length === max || message.visibleAt > now) break;
          if (!accept(message)) continue;
          picked.push(message);
          group.inFlight += 1;
        }
        if (picked.length === max) break;
      }
      return picked;
    },
  };
}
