/** A list that loses items anywhere and is read at its head: both in constant time, which a Set's first item is not. */
export interface ReadyList<T> {
  /** Puts an item at the end, under a number that must be higher than every one before. */
  add(item: T, order: number): void;
  delete(item: T): void;
  first(): { readonly item: T; readonly order: number } | undefined;
  readonly size: number;
}

export function createReadyList<T>(): ReadyList<T> {
  const orders = new Map<T, number>();
  let entries: Array<{ readonly item: T; readonly order: number }> = [];
  let head = 0;
  const compact = () => {
    if (entries.length < 64 || entries.length < 2 * orders.size) return;
    entries = entries.slice(head).filter(({ item, order }) => orders.get(item) === order);
    head = 0;
  };
  return {
    add: (item, order) => {
      orders.set(item, order);
      entries.push({ item, order });
    },
    delete: (item) => {
      if (orders.delete(item)) compact();
    },
    first: () => {
      for (let entry = entries[head]; entry !== undefined; entry = entries[head]) {
        if (orders.get(entry.item) === entry.order) return entry;
        head += 1; // it left, or stands again further back
      }
      return undefined;
    },
    get size() {
      return orders.size;
    },
  };
}
