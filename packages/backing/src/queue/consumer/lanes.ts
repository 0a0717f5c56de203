/** Keeps one member of each group at work and the others behind it, in order. */
export interface Lanes<M> {
  /** True when nobody of its group is at work: start it. Otherwise it waits. */
  enter(group: string, member: M): boolean;
  /** The one at work is done: the next of its group, which is now at work, or `undefined` when there is none. */
  next(group: string): M | undefined;
  /** The one at work failed: everybody behind it, in order. The group is free again. */
  clear(group: string): readonly M[];
  /** Everybody who waits, of all groups, which stay taken. */
  evict(): M[];
  /** How many wait. */
  readonly waiting: number;
}

/** Makes lanes without anybody in them. */
export function createLanes<M>(): Lanes<M> {
  const behind = new Map<string, M[]>();
  let waiting = 0;
  return {
    enter(group, member) {
      const others = behind.get(group);
      if (others === undefined) {
        behind.set(group, []);
        return true;
      }
      others.push(member);
      waiting += 1;
      return false;
    },
    next(group) {
      const member = behind.get(group)?.shift();
      if (member === undefined) behind.delete(group);
      else waiting -= 1;
      return member;
    },
    clear(group) {
      const others = behind.get(group) ?? [];
      behind.delete(group);
      waiting -= others.length;
      return others;
    },
    evict() {
      const all = [...behind.values()].flatMap((others) => others.splice(0));
      waiting = 0;
      return all;
    },
    get waiting() {
      return waiting;
    },
  };
}
