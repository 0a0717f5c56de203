/** The endpoint's own time: TTL, visibility, delays and deduplication windows all read it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls `callback` once, `ms` of this clock's milliseconds from now; returns what cancels it.
   * Never keeps the process alive.
   */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's time, until it is frozen or moved. */
export interface ControlledClock extends Clock {
  /**
   * Moves the clock forward by `ms`, to the end of the year 9999 at most. What falls due fires in
   * order, each at its own time, and so does what that sets going.
   */
  advance(ms: number): void;
  /** Stops the clock: only `advance` and `set` move it, and timers fire by them alone. */
  freeze(): void;
  /** Lets the clock run on from where it stands. */
  unfreeze(): void;
  readonly frozen: boolean;
  /**
   * Sets the clock to `nowMs` (milliseconds since the epoch); forward is as `advance`, back fires
   * nothing.
   */
  set(nowMs: number): void;
}

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** The longest that setTimeout takes; a longer timer is armed again when it comes due. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** The end of the year 9999: later times have no ISO 8601 form that AWS's clients read. */
const LAST_MS = 253_402_300_799_999;

function checkFinite(action: string, ms: number): void {
  if (!Number.isFinite(ms)) throw new RangeError(`Cannot ${action}: ${ms} is not a number of milliseconds`);
}

function checkTime(action: string, nowMs: number): void {
  if (nowMs < 0 || nowMs > LAST_MS) {
    throw new RangeError(`Cannot ${action}: ${nowMs} is not between the years 1970 and 9999`);
  }
}

/**
 * A clock that follows `machineNow` (default: the machine's wall clock) until it is frozen or
 * moved.
 */
export function createClock(machineNow: () => number = Date.now): ControlledClock {
  let offset = 0;
  /** Where the clock stands: frozen, or in the middle of being moved. */
  let standing: number | undefined;
  let frozen = false;
  const timers = new Set<Timer>();
  const now = () => standing ?? machineNow() + offset;

  const fire = (timer: Timer) => {
    clearTimeout(timer.handle);
    if (timers.delete(timer)) timer.callback();
  };
  function arm(timer: Timer): void {
    clearTimeout(timer.handle);
    if (frozen) return;
    const wait = Math.min(Math.max(0, timer.dueAt - now()), MAX_TIMEOUT_MS);
    timer.handle = setTimeout(() => (now() >= timer.dueAt ? fire(timer) : arm(timer)), wait).unref();
  }

  /**
   * The first timer that is due by `target`. One that was set going for no time at all waits for
   * the next turn of the event loop.
   */
  function firstDue(target: number, seen: ReadonlySet<Timer>): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt > target || (timer.dueAt <= now() && !seen.has(timer))) continue;
      if (first === undefined || timer.dueAt < first.dueAt) first = timer;
    }
    return first;
  }

  function moveTo(target: number): void {
    const before = new Set(timers);
    for (let timer = firstDue(target, before); timer !== undefined; timer = firstDue(target, before)) {
      standing = Math.max(now(), timer.dueAt);
      fire(timer);
    }
    standing = frozen ? target : undefined;
    offset = target - machineNow();
    for (const timer of timers) arm(timer);
  }

  return {
    now,
    after: (ms, callback) => {
      const timer: Timer = { dueAt: now() + ms, callback, handle: undefined };
      timers.add(timer);
      arm(timer);
      return () => {
        clearTimeout(timer.handle);
        timers.delete(timer);
      };
    },
    advance: (ms) => {
      checkFinite('advance the clock', ms);
      if (ms < 0) throw new RangeError(`Cannot advance the clock: ${ms} ms is back; use set`);
      checkTime('advance the clock', now() + ms);
      moveTo(now() + ms);
    },
    freeze: () => {
      standing = now();
      frozen = true;
      for (const timer of timers) clearTimeout(timer.handle);
    },
    unfreeze: () => {
      frozen = false;
      moveTo(now());
    },
    get frozen() {
      return frozen;
    },
    set: (nowMs) => {
      checkFinite('set the clock', nowMs);
      checkTime('set the clock', nowMs);
      moveTo(nowMs);
    },
  };
}

/** Resolves `ms` of the clock's milliseconds from now, or as soon as `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
