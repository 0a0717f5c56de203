/** The endpoint's own time: TTL, visibility, delays and deduplication windows all read it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once, `ms` of this clock's milliseconds from now; returns what cancels it. Never keeps the process alive. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's time, plus whatever it has been advanced by. Advancing fires what falls due. */
export interface ControlledClock extends Clock {
  /** Moves the clock forward by `ms` and fires, in order, what fell due. */
  advance(ms: number): void;
}

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
  handle: NodeJS.Timeout;
}

/** A clock that follows `machineNow` (default: the machine's wall clock) and can be moved forward. */
export function createClock(machineNow: () => number = Date.now): ControlledClock {
  let offset = 0;
  const timers = new Set<Timer>();
  const now = () => machineNow() + offset;
  const fire = (timer: Timer) => {
    if (timers.delete(timer)) timer.callback();
  };
  const arm = (timer: Omit<Timer, 'handle'>) =>
    // setTimeout takes at most 2^31-1 ms; a longer one is armed again when it comes due.
    setTimeout(
      () => {
        if (now() >= timer.dueAt) fire(timer as Timer);
        else (timer as Timer).handle = arm(timer);
      },
      Math.min(Math.max(0, timer.dueAt - now()), 2_147_483_647),
    ).unref();
  return {
    now,
    after: (ms, callback) => {
      const timer = { dueAt: now() + ms, callback } as Timer; // handle follows in the next line
      timer.handle = arm(timer);
      timers.add(timer);
      return () => {
        clearTimeout(timer.handle);
        timers.delete(timer);
      };
    },
    advance: (ms) => {
      offset += ms;
      const due = [...timers].filter((timer) => timer.dueAt <= now()).sort((a, b) => a.dueAt - b.dueAt);
      for (const timer of due) {
        clearTimeout(timer.handle);
        fire(timer);
      }
    },
  };
}
