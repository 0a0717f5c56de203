import type { Turn } from './turn.ts';

/** What the writer needs from the process; tests bring their own. */
export interface LineWriterIo {
  /** Writes some of the first `length` bytes and returns how many. @throws an error with code `EAGAIN` when none can be taken now. */
  write(bytes: Uint8Array, length: number): number;
  /** Calls back once, later; keeps the process alive until then. */
  later(callback: () => void, delayMs: number): void;
  /** Waits here and now, blocking the thread. */
  pause(ms: number): void;
  /** Calls back, synchronously, when the process or worker thread exits. */
  onExit(callback: () => void): void;
  /** Where other threads write to the same descriptor. */
  turn?(): Turn | undefined;
}

export interface LineWriter {
  /** Writes a line and a line feed in one piece. Never throws. */
  write(line: string): void;
  /** Resolves when everything written so far has left the process. */
  flush(): Promise<void>;
  /** Bytes that wait for the descriptor to take them. */
  readonly pendingBytes: number;
}

/** Over this many waiting bytes `write` blocks: a reader that has stopped must cost time, not all the memory. */
const MOST_PENDING_BYTES = 16 * 1024 * 1024;
const RETRY_MS = [1, 2, 5, 10, 25, 50] as const;
/** At exit, how long a reader that takes nothing is waited for before the rest is given up. */
const STALLED_MS = 5_000;

/** Lines that fit are encoded here, one after the other, instead of each into memory of its own. */
const SCRATCH_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;
/** What a UTF-16 unit takes at most in UTF-8. */
const BYTES_PER_UNIT = 3;

/**
 * Writes whole lines to a descriptor that may be non-blocking.
 *
 * `process.stdout` sets a pipe to non-blocking and keeps what the pipe does not take in memory, where `process.exit()`
 * loses it. Here a line goes to the descriptor at once; what it does not take (`EAGAIN`) waits in order and is retried,
 * and at exit the rest is written synchronously. So a slow reader neither blocks the event loop nor loses a line.
 */
export function createLineWriter(io: LineWriterIo): LineWriter {
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  /** Bytes that the descriptor has begun to take, then the lines behind them. */
  let head: Uint8Array | undefined;
  /** Of a line, the descriptor has taken the beginning alone. */
  let halfway = false;
  let behind = '';
  let pendingBytes = 0;
  let waiters: Array<() => void> = [];
  let retryScheduled = false;
  let retries = 0;
  let watchesExit = false;
  let exiting = false;
  let broken = false;

  /** How many of the bytes the descriptor takes now; 0 as well when it is busy, or broken for good. */
  function offer(bytes: Uint8Array, length: number): number {
    try {
      return io.write(bytes, length);
    } catch (error) {
      // The reader is gone (EPIPE) or the descriptor closed: there is nobody left to tell.
      if (!isBusy(error)) broken = true;
      return 0;
    }
  }

  /** Writes what the descriptor takes now, as far as it is this thread's turn. True when nothing is left. */
  function pump(): boolean {
    const turn = io.turn?.();
    while (pendingBytes > 0) {
      if (turn?.take() === false) return false;
      if (head === undefined) {
        head = Buffer.from(behind);
        behind = '';
      }
      // With others waiting for their turn, what was begun is ended first.
      const length = turn && halfway ? head.indexOf(LINE_FEED) + 1 : head.length;
      const written = offer(head, length);
      if (broken) {
        turn?.give();
        head = undefined;
        behind = '';
        pendingBytes = 0;
        break;
      }
      if (written > 0) {
        retries = 0;
        pendingBytes -= written;
        halfway = head[written - 1] !== LINE_FEED;
        head = written === head.length ? undefined : head.subarray(written);
      }
      if (halfway) turn?.halfway();
      else if (turn?.give() && pendingBytes > 0) return false;
      if (written === 0) return false;
    }
    const settled = waiters;
    waiters = [];
    for (const resolve of settled) resolve();
    return true;
  }

  function retryLater(): void {
    if (retryScheduled) return;
    retryScheduled = true;
    const delayMs = RETRY_MS[Math.min(retries, RETRY_MS.length - 1)] ?? 50;
    retries += 1;
    io.later(() => {
      retryScheduled = false;
      if (!pump()) retryLater();
    }, delayMs);
  }

  function drainNow(untilBytes: number, stalledMs: number): void {
    let waited = 0;
    while (pendingBytes > untilBytes && waited < stalledMs) {
      const before = pendingBytes;
      if (pump()) return;
      if (pendingBytes < before) waited = 0;
      io.pause(1);
      waited += 1;
    }
  }

  /** The usual case: nothing waits, and the descriptor takes the whole line. */
  function writeAtOnce(line: string): void {
    let bytes: Uint8Array = scratch;
    let length = 0;
    if (line.length * BYTES_PER_UNIT < SCRATCH_BYTES) {
      // Not as a part of the memory: making a view of it takes as long as filling it.
      length = scratch.write(line);
      scratch[length] = LINE_FEED;
      length += 1;
    } else {
      bytes = Buffer.from(`${line}\n`);
      length = bytes.length;
    }
    const turn = io.turn?.();
    const mayWrite = turn?.take() !== false;
    const written = mayWrite ? offer(bytes, length) : 0;
    halfway = written > 0 && written < length && !broken;
    if (halfway) turn?.halfway();
    else if (mayWrite) turn?.give();
    if (written === length || broken) return;
    // Copied: the next line goes into the same memory.
    head = Uint8Array.prototype.slice.call(bytes, written, length);
    pendingBytes = head.length;
    retryLater();
  }

  return {
    write(line) {
      if (broken) return;
      if (!watchesExit) {
        watchesExit = true;
        io.onExit(() => {
          exiting = true;
          drainNow(0, STALLED_MS);
        });
      }
      if (pendingBytes === 0 && !retryScheduled && !exiting) return writeAtOnce(line);
      behind += `${line}\n`;
      pendingBytes += Buffer.byteLength(line) + 1;
      if (exiting) return drainNow(0, STALLED_MS);
      if (pendingBytes > MOST_PENDING_BYTES) drainNow(MOST_PENDING_BYTES / 2, STALLED_MS);
      if (!retryScheduled && !pump()) retryLater();
    },
    flush() {
      if (pendingBytes === 0) return Promise.resolve();
      return new Promise((resolve) => waiters.push(resolve));
    },
    get pendingBytes() {
      return pendingBytes;
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');
}
