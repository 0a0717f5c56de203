import type { Line } from './line.ts';
import type { Message } from './message.ts';

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
    add: (message) => {
      const group = groupOf(message);
      group.messages.add(message);
      if (message.inFlight) group.inFlight += 1;
    },
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
