import type { Message } from './queue-types.ts';

/** The order in which a queue gives its messages out. */
interface Line {
  /** A message came in; it may still be delayed, or be in flight already. */
  add(message: Message, now: number): void;
  /** A message's delay is over. */
  ripen(message: Message): void;
  /** A message in flight became visible again. */
  release(message: Message): void;
  /** A message left the queue. */
  remove(message: Message): void;
  /**
   * Up to `max` messages that can be received now; they count as in flight from here on. `accept`
   * may turn one away, having removed it.
   */
  pick(max: number, now: number, accept: (message: Message) => boolean): Message[];
}

/**
 * A list that loses items anywhere and is read at its head: both in constant time, which a Set's
 * first item is not.
 */
interface ReadyList<T> {
  /** Puts an item at the end, under a number that must be higher than every one before. */
  add(item: T, order: number): void;
  delete(item: T): void;
  first(): { readonly item: T; readonly order: number } | undefined;
  readonly size: number;
}

function createReadyList<T>(): ReadyList<T> {
  const orders = new Map<T, number>();
  // Two lists side by side: an object per entry would take 32 bytes more.
  let items: T[] = [];
  let numbers: number[] = [];
  let head = 0;
  const compact = () => {
    if (items.length < 64 || items.length < 2 * orders.size) return;
    const remaining = numbers.flatMap((order, index) => {
      const item = items[index];
      return index >= head && item !== undefined && orders.get(item) === order ? [{ item, order }] : [];
    });
    items = remaining.map(({ item }) => item);
    numbers = remaining.map(({ order }) => order);
    head = 0;
  };
  return {
    add: (item, order) => {
      orders.set(item, order);
      items.push(item);
      numbers.push(order);
    },
    delete: (item) => {
      if (orders.delete(item)) compact();
    },
    first: () => {
      for (; head < items.length; head += 1) {
        const [item, order] = [items[head], numbers[head]];
        if (item !== undefined && order !== undefined && orders.get(item) === order) return { item, order };
        // It left, or stands again further back.
      }
      return undefined;
    },
    get size() {
      return orders.size;
    },
  };
}

interface FairGroup {
  readonly ready: ReadyList<Message>;
  inFlight: number;
}

/** The group of messages without one; they are not counted as noise. */
const NONE = '';

/**
 * A standard queue: whatever is visible, oldest first as far as possible. It is fair between
 * message groups (developer guide, "Amazon SQS fair queues"): while a group has more than its equal
 * share of what is in flight, those of the others go first. What counts as disproportionate AWS
 * does not say.
 */
export function createStandardLine(): Line {
  const groups = new Map<string, FairGroup>();
  let order = 0;
  let inFlight = 0;

  const groupOf = (message: Message): FairGroup => {
    const id = message.groupId ?? NONE;
    const group = groups.get(id) ?? { ready: createReadyList<Message>(), inFlight: 0 };
    groups.set(id, group);
    return group;
  };
  const count = (message: Message, group: FairGroup, change: 1 | -1) => {
    if (message.groupId === undefined) return;
    group.inFlight += change;
    inFlight += change;
  };
  const dropEmpty = (message: Message, group: FairGroup) => {
    const id = message.groupId ?? NONE;
    if (group.ready.size === 0 && group.inFlight === 0 && groups.get(id) === group) groups.delete(id);
  };
  const becomeReady = (message: Message) => {
    order += 1;
    groupOf(message).ready.add(message, order);
  };

  function nextGroup(): FairGroup | undefined {
    let best: FairGroup | undefined;
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

/**
 * A FIFO queue: in order within a group. A message in flight or delayed holds back the later ones
 * of its group, not the earlier ones (recorded on AWS).
 */
export function createFifoLine(): Line {
  const groups = new Map<string, Set<Message>>();
  const groupOf = (message: Message): Set<Message> => {
    const id = message.groupId ?? '';
    const group = groups.get(id) ?? new Set<Message>();
    groups.set(id, group);
    return group;
  };
  return {
    add: (message) => {
      groupOf(message).add(message);
    },
    ripen: () => {},
    release: () => {},
    remove: (message) => {
      const group = groupOf(message);
      group.delete(message);
      if (group.size === 0) groups.delete(message.groupId ?? '');
    },
    pick: (max, now, accept) => {
      const picked: Message[] = [];
      for (const group of groups.values()) {
        for (const message of group) {
          if (picked.length === max || message.inFlight || message.visibleAt > now) break;
          if (accept(message)) picked.push(message);
        }
        if (picked.length === max) break;
      }
      return picked;
    },
  };
}
