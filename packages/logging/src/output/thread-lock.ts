/**
 * A lock on the descriptor for several threads: a line that is partly written must end before
 * another thread's line begins.
 */
export interface ThreadLock {
  /** True when this thread holds the lock, which it keeps until `release`. */
  acquire(): boolean;
  /**
   * Marks that the descriptor has taken a part of a line: other threads do not wait for the rest of
   * it now.
   */
  halfway(): void;
  /** Releases the lock. True when another thread has asked for it meanwhile. */
  release(): boolean;
}

export interface ThreadLockInit {
  /**
   * The memory that the threads share, at least {@link LOCK_BYTES}. It may change while this thread
   * does not hold the lock.
   */
  memory(): Int32Array;
  /** This thread, 0 for the main one. */
  thread: number;
  /** Milliseconds that only move forward. */
  monotonic(): number;
  pause(ms: number): void;
  /** Ends what may be the beginning of a line. False when the descriptor takes nothing now. */
  endLine(): boolean;
}

export const LOCK_BYTES = 12;
/**
 * 0 for a free lock, otherwise the holder in the bits above the lowest, which is set while the
 * holder waits for the descriptor.
 */
const HOLDER = 0;
/** The number of acquisitions and renewals: if it stands still, the holder may have ended. */
const ACQUIRED = 1;
/** 1 after a refusal. */
const WANTED = 2;
/**
 * A write takes some microseconds: a waiting thread looks this often, then this many times with a
 * pause of a millisecond.
 */
const LOOKS = 1_000;
const PAUSES = 50;
/**
 * A thread that was terminated in the middle of a line never releases the lock. Below the limit of
 * a drain at exit (5 s).
 */
const ABANDONED_MS = 2_000;
/** One that is inside a write may be held up by a descriptor that blocks. */
const ABANDONED_INSIDE_MS = 30_000;

export function createThreadLock(init: ThreadLockInit): ThreadLock {
  const ownMark = (init.thread + 1) << 1;
  /** The memory in which the lock was acquired. */
  let held: Int32Array | undefined;
  let seen = { holder: 0, acquired: 0, sinceMs: 0 };

  function keep(memory: Int32Array): true {
    held = memory;
    Atomics.add(memory, ACQUIRED, 1);
    return true;
  }

  /**
   * Takes over the lock of a thread that has ended: only once the descriptor takes something,
   * because a reader may just be slow.
   */
  function inherit(memory: Int32Array, holder: number): boolean {
    const acquired = Atomics.load(memory, ACQUIRED);
    if (seen.holder !== holder || seen.acquired !== acquired) {
      seen = { holder, acquired, sinceMs: init.monotonic() };
      return false;
    }
    const limitMs = (holder & 1) === 1 ? ABANDONED_MS : ABANDONED_INSIDE_MS;
    if (init.monotonic() - seen.sinceMs < limitMs) return false;
    if (Atomics.compareExchange(memory, HOLDER, holder, ownMark) !== holder) return false;
    if (init.endLine()) return keep(memory);
    Atomics.compareExchange(memory, HOLDER, ownMark, holder);
    return false;
  }

  return {
    acquire() {
      const memory = held ?? init.memory();
      for (let attempt = 0; ; attempt += 1) {
        const holder = Atomics.compareExchange(memory, HOLDER, 0, ownMark);
        if (holder === 0) return keep(memory);
        // Halfway through a line of this thread's own.
        if (holder >> 1 === ownMark >> 1) {
          Atomics.store(memory, HOLDER, ownMark);
          return keep(memory);
        }
        if ((holder & 1) === 1 || attempt >= LOOKS + PAUSES) {
          // Taken over by another while this thread did nothing for long: what it had begun is
          // ended.
          held = undefined;
          Atomics.store(memory, WANTED, 1);
          return inherit(memory, holder);
        }
        if (attempt >= LOOKS) init.pause(1);
      }
    },
    halfway() {
      if (held) Atomics.compareExchange(held, HOLDER, ownMark, ownMark | 1);
    },
    release() {
      if (!held) return false;
      const memory = held;
      held = undefined;
      Atomics.compareExchange(memory, HOLDER, ownMark, 0);
      return Atomics.exchange(memory, WANTED, 0) === 1;
    },
  };
}
