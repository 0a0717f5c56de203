/** Who of several threads writes: a line that the descriptor has begun to take must end before another thread's begins. */
export interface Turn {
  /** True when it is this thread's turn, which then stays so until `give`. */
  take(): boolean;
  /** The descriptor has taken a part of a line: nobody waits for the rest of it here and now. */
  halfway(): void;
  /** Ends the turn. True when another thread has asked for it meanwhile. */
  give(): boolean;
}

export interface TurnInit {
  /** What the threads share, at least {@link TURN_BYTES}; it may be another one later, between two turns. */
  memory(): Int32Array;
  /** This thread, 0 for the main one. */
  thread: number;
  /** Milliseconds that only move forward. */
  monotonic(): number;
  pause(ms: number): void;
  /** Ends what may be the beginning of a line. False when the descriptor takes nothing now. */
  endLine(): boolean;
}

export const TURN_BYTES = 12;
/** 0 when nobody writes, else which thread does, in bits above the lowest, which says that it waits for the descriptor. */
const HOLDER = 0;
/** How often the turn was taken or kept: one that stands still may have no thread any more. */
const TAKEN = 1;
/** 1 when somebody has been refused. */
const WANTED = 2;
/** A write takes some microseconds: for so many looks at it, then for so many milliseconds, it is waited for. */
const LOOKS = 1_000;
const PAUSES = 50;
/** A thread that was terminated in the middle of a line never gives its turn back. Below the limit of a drain at exit (5 s). */
const ABANDONED_MS = 2_000;
/** One that is inside a write may be held up by a descriptor that blocks. */
const ABANDONED_INSIDE_MS = 30_000;

export function createTurn(init: TurnInit): Turn {
  const mine = (init.thread + 1) << 1;
  /** The memory in which the turn was taken. */
  let held: Int32Array | undefined;
  let seen = { holder: 0, taken: 0, sinceMs: 0 };

  function keep(memory: Int32Array): true {
    held = memory;
    Atomics.add(memory, TAKEN, 1);
    return true;
  }

  /** The turn of a thread that is no more: not before the descriptor takes something, for a reader may just be slow. */
  function inherit(memory: Int32Array, holder: number): boolean {
    const taken = Atomics.load(memory, TAKEN);
    if (seen.holder !== holder || seen.taken !== taken) {
      seen = { holder, taken, sinceMs: init.monotonic() };
      return false;
    }
    const limitMs = (holder & 1) === 1 ? ABANDONED_MS : ABANDONED_INSIDE_MS;
    if (init.monotonic() - seen.sinceMs < limitMs) return false;
    if (Atomics.compareExchange(memory, HOLDER, holder, mine) !== holder) return false;
    if (init.endLine()) return keep(memory);
    Atomics.compareExchange(memory, HOLDER, mine, holder);
    return false;
  }

  return {
    take() {
      const memory = held ?? init.memory();
      for (let attempt = 0; ; attempt += 1) {
        const holder = Atomics.compareExchange(memory, HOLDER, 0, mine);
        if (holder === 0) return keep(memory);
        // Halfway through a line of this thread's own.
        if (holder >> 1 === mine >> 1) {
          Atomics.store(memory, HOLDER, mine);
          return keep(memory);
        }
        if ((holder & 1) === 1 || attempt >= LOOKS + PAUSES) {
          // Taken over by another while this thread did nothing for long: what it had begun is ended.
          held = undefined;
          Atomics.store(memory, WANTED, 1);
          return inherit(memory, holder);
        }
        if (attempt >= LOOKS) init.pause(1);
      }
    },
    halfway() {
      if (held) Atomics.compareExchange(held, HOLDER, mine, mine | 1);
    },
    give() {
      if (!held) return false;
      const memory = held;
      held = undefined;
      Atomics.compareExchange(memory, HOLDER, mine, 0);
      return Atomics.exchange(memory, WANTED, 0) === 1;
    },
  };
}
