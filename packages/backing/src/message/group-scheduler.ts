/**
 * Keeps the order within message groups: of each group one member is active and the others wait
 * behind it. Groups do not wait for each other. The poller, the batch handler and the batch sender
 * share it.
 */
export class GroupScheduler<M> {
  /** By group with an active member: the members behind it, in order. */
  readonly #behind = new Map<string, M[]>();
  #waiting = 0;

  /** Members that wait, of all groups. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Groups with an active member. */
  get activeGroups(): number {
    return this.#behind.size;
  }

  /**
   * Returns true when the group had no active member: `member` is active now. Otherwise it waits.
   */
  admit(group: string, member: M): boolean {
    const behind = this.#behind.get(group);
    if (behind === undefined) {
      this.#behind.set(group, []);
      return true;
    }
    behind.push(member);
    this.#waiting += 1;
    return false;
  }

  /** Ends the active member of a group and activates the next one, which it returns. */
  advance(group: string): M | undefined {
    const next = this.#behind.get(group)?.shift();
    if (next === undefined) this.#behind.delete(group);
    else this.#waiting -= 1;
    return next;
  }

  /**
   * Ends the active member of a group and removes those behind it. Returns the removed ones in
   * order.
   */
  clear(group: string): readonly M[] {
    const removed = this.#behind.get(group) ?? [];
    this.#behind.delete(group);
    this.#waiting -= removed.length;
    return removed;
  }

  /** Removes the waiting members of all groups. The active members stay active. */
  removeWaiting(): M[] {
    this.#waiting = 0;
    return [...this.#behind.values()].flatMap((behind) => behind.splice(0));
  }
}
