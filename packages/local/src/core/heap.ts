/** A binary heap: the smallest item first. */
export interface Heap<T> {
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
  readonly size: number;
  /** Drops what `keep` refuses. */
  filter(keep: (item: T) => boolean): void;
}

/** `order` tells the number that decides. */
export function createHeap<T>(order: (item: T) => number): Heap<T> {
  let items: Array<{ readonly at: number; readonly item: T }> = [];
  const at = (index: number) => items[index]?.at ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number) => {
    const [first, second] = [items[a], items[b]];
    if (first === undefined || second === undefined) return;
    items[a] = second;
    items[b] = first;
  };
  const push = (item: T) => {
    items.push({ at: order(item), item });
    for (let child = items.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (at(parent) <= at(child)) break;
      swap(parent, child);
      child = parent;
    }
  };
  return {
    push,
    get size() {
      return items.length;
    },
    peek: () => items[0]?.item,
    pop: () => {
      const top = items[0];
      const last = items.pop();
      if (top === undefined || last === undefined || items.length === 0) return top?.item;
      items[0] = last;
      for (let parent = 0; ; ) {
        const left = parent * 2 + 1;
        const smaller = at(left + 1) < at(left) ? left + 1 : left;
        if (at(smaller) >= at(parent)) break;
        swap(parent, smaller);
        parent = smaller;
      }
      return top.item;
    },
    filter: (keep) => {
      const kept = items.filter(({ item }) => keep(item));
      items = [];
      for (const { item } of kept) push(item);
    },
  };
}
