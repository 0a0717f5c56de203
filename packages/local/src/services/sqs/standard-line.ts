import type { Line } from './line.ts';
import type { Message } from './message.ts';
import type { ReadyList } from './ready-list.ts';
import { createReadyList } from './ready-list.ts';

interface Group {
  readonly ready: ReadyList<Message>;
  inFlight: number;
}

/** Of messages without a group: they are nobody's noise. */
const NONE = '';

/**
 * A standard queue: whatever is visible, oldest first as far as possible. It is fair between message groups (developer guide,
 * "Amazon SQS fair queues"): while a group has more than its equal share of what is in flight, those of the others go first. What
 * counts as disproportionate AWS does not say.
 */
export function createStandardLine(): Line {
  const groups = new Map<string, Group>();
  let order = 0;
  let inFlight = 0;

  const groupOf = (message: Message): Group => {
    const id = message.groupId ?? NONE;
    const group = groups.get(id) ?? { ready: createReadyList<Message>(), inFlight: 0 };
    groups.set(id, group);
    return group;
  };
  const count = (message: Message, group: Group, change: 1 | -1) => {
    if (message.groupId === undefined) return;
    group.inFlight += change;
    inFlight += change;
  };
  const dropEmpty = (message: Message, group: Group) => {
    const id = message.groupId ?? NONE;
    if (group.ready.size === 0 && group.inFlight === 0 && groups.get(id) === group) groups.delete(id);
  };
  const becomeReady = (message: Message) => {
    order += 1;
    groupOf(message).ready.add(message, order);
  };

  function nextGroup(): Group | undefined {
    let best: Group | undefined;
    let bestIsNoisy = true;
    let bestOrder = Number.POSITIVE_INFINITY;
    for (const group of groups.values()) {
      const head = group.ready.first()?.order;
      if (head === undefined) continue;
      const noisy = group.inFlight * groups.size > inFlight;
      if (noisy === bestIsNoisy ? head > bestOrder : noisy) continue;
      best = group;
      bestIsNoisy = noisy;
      bestOrder = head;
    }
    return best;
  }

  return {
    add: (message, now) => {
      if (message.inFlight) count(message, groupOf(message), 1);
      else if (message.visibleAt <= now) becomeReady(message);
    },
    ripen: becomeReady,
    release: (message) => {
      count(message, groupOf(message), -1);
      becomeReady(message);
    },
    remove: (message) => {
      const group = groupOf(message);
      group.ready.delete(message);
      if (message.inFlight) count(message, group, -1);
      dropEmpty(message, group);
    },
    pick: (max, _now, accept) => {
      const picked: Message[] = [];
      while (picked.length < max) {
        const group = nextGroup();
        const message = group?.ready.first()?.item;
        if (group === undefined || message === undefined) break;
        group.ready.delete(message);
        if (!accept(message)) {
          dropEmpty(message, group);
          continue;
        }
        picked.push(message);
        count(message, group, 1);
        dropEmpty(message, group);
      }
      return picked;
    },
  };
}
