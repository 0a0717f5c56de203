import type { ThreadLock } from './thread-lock.ts';

/** The functions of the process that the writer uses; tests pass their own. */
export interface LineWriterIo {
  /**
   * Writes some of the first `length` bytes and returns how many. @throws an error with code
   * `EAGAIN` when none can be taken now.
   */
  write(bytes: Uint8Array, length: number): number;
  /** Calls back once, at the end of this tick of the event loop. */
  endOfTick(callback: () => void): void;
  /** Calls back once, later. The process stays alive until then, if `keepsAlive`. */
  later(callback: () => void, delayMs: number, keepsAlive: boolean): void;
  /** Blocks the thread. */
  pause(ms: number): void;
  /** Calls back, synchronously, when the process or worker thread exits. */
  onExit(callback: () => void): void;
  /** Where other threads write to the same descriptor. */
  lock?(): ThreadLock | undefined;
  /** A line that reports how many lines, of how many bytes, were dropped. */
  droppedLine(lines: number, bytes: number): string;
}

export interface LineWriter {
  /**
   * Writes a line and a line feed in one piece. Never throws.
   *
   * @param now - whether the line, and those gathered before it, leave the process at once.
   * @defaultValue false
   */
  write(line: string, now?: boolean): void;
  /**
   * From here on the lines of one tick of the event loop are written together; at 16 KB, and at the
   * exit, earlier.
   */
  gather(): void;
  /**
   * Resolves when everything written so far has left the process, or when its reader has taken
   * nothing for a second.
   */
  flush(): Promise<void>;
  /** Bytes that wait for the descriptor to take them. */
  readonly pendingBytes: number;
}

/**
 * Beyond this many waiting bytes lines are dropped and counted: an unread pipe costs neither all
 * memory nor the event loop.
 */
const MOST_PENDING_BYTES = 16 * 1024 * 1024;
/**
 * Once lines were dropped, none is taken until so much is free: the loss is in one piece, and
 * reported once.
 */
const RESUME_BYTES = 1024 * 1024;
/**
 * At the bound a reader that is merely slower than the writer gets this long to free some space.
 */
const PATIENCE_MS = 250;
/** Freed at once, so that a line at the bound does not wait for each single line before it. */
const FREED_BYTES = 64 * 1024;
const RETRY_MS = [1, 2, 5, 10, 25, 50] as const;
/** Retries without progress after which a flush ends: 1 s. */
const FLUSH_RETRIES = 25;
/** Retries without progress after which the process may end by itself: 5 s. */
const KEEP_ALIVE_RETRIES = 105;
/**
 * At exit, how long a reader that takes nothing is waited for: ECS leaves the exit 1 s between the
 * stop budget and SIGKILL.
 */
const EXIT_STALLED_MS = 1_000;
/**
 * At exit, how long another thread may hold the lock: one that was terminated loses it after 2 s.
 */
const EXIT_LOCK_MS = 2_500;
/** At exit, how long a slow reader is waited for in total. */
const EXIT_MOST_MS = 5_000;

/**
 * Lines that fit are encoded into this buffer, one after the other, instead of one allocation each.
 */
const SCRATCH_BYTES = 64 * 1024;
/** Characters of gathered lines after which they are written before the end of the tick. */
const GATHERED_CHARACTERS = 16_384;
const LINE_FEED = 0x0a;
/** The most bytes of a UTF-16 unit in UTF-8. */
const BYTES_PER_UNIT = 3;

/**
 * Writes whole lines to a descriptor that may be non-blocking.
 *
 * `process.stdout` sets a pipe to non-blocking and keeps what the pipe does not take in memory,
 * where `process.exit()` loses it. Here a line goes to the descriptor at once; what it does not
 * take (`EAGAIN`) waits in order and is retried, and at exit the rest is written synchronously. So
 * a slow reader neither blocks the event loop nor loses a line. When 16 MiB wait and nothing is
 * read, further lines are dropped, and their number is written as soon as the reader goes on.
 */
export function createLineWriter(io: LineWriterIo): LineWriter {
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  /** Bytes that the descriptor has begun to take, then the lines behind them. */
  let head: Uint8Array | undefined;
  /** The descriptor has taken only the beginning of a line. */
  let halfway = false;
  let behind = '';
  let pendingBytes = 0;
  let waiters: Array<() => void> = [];
  let retryScheduled = false;
  let retries = 0;
  let watchesExit = false;
  let exiting = false;
  let exitMsLeft = EXIT_MOST_MS;
  let broken = false;
  /** Another thread has the lock. */
  let refused = false;
  let gathers = false;
  /** Lines of this tick, each but the last with its line feed. */
  let gathered = '';
  let droppedLines = 0;
  let droppedBytes = 0;

  /**
   * How many of the bytes the descriptor takes now; 0 as well when it is busy, or broken for good.
   */
  function offer(bytes: Uint8Array, length: number): number {
    try {
      return io.write(bytes, length);
    } catch (error) {
      // The reader is gone (EPIPE) or the descriptor is closed.
      if (!isBusy(error)) broken = true;
      return 0;
    }
  }

  /**
   * Writes what the descriptor takes now, if this thread gets the lock. True when nothing is left.
   */
  function pump(): boolean {
    const lock = io.lock?.();
    refused = false;
    for (;;) {
      reportDropped();
      if (pendingBytes === 0) break;
      if (lock?.acquire() === false) {
        refused = true;
        return false;
      }
      if (head === undefined) {
        head = Buffer.from(behind);
        behind = '';
      }
      // While other threads wait for the lock, only the line that was begun is ended.
      const length = lock && halfway ? head.indexOf(LINE_FEED) + 1 : head.length;
      const written = offer(head, length);
      if (broken) {
        lock?.release();
        head = undefined;
        behind = '';
        pendingBytes = 0;
        droppedLines = 0;
        break;
      }
      if (written > 0) {
        retries = 0;
        pendingBytes -= written;
        halfway = head[written - 1] !== LINE_FEED;
        head = written === head.length ? undefined : head.subarray(written);
      }
      if (halfway) lock?.halfway();
      else if (lock?.release() && pendingBytes > 0) return false;
      if (written === 0) return false;
    }
    settle();
    return true;
  }

  function settle(): void {
    const settled = waiters;
    waiters = [];
    for (const resolve of settled) resolve();
  }

  function append(line: string, bytes: number): void {
    behind += `${line}\n`;
    pendingBytes += bytes;
  }

  /** Once there is room again. */
  function reportDropped(): void {
    if (droppedLines === 0 || pendingBytes > MOST_PENDING_BYTES - RESUME_BYTES) return;
    const line = io.droppedLine(droppedLines, droppedBytes);
    droppedLines = 0;
    droppedBytes = 0;
    append(line, Buffer.byteLength(line) + 1);
  }

  function retryLater(): void {
    if (retryScheduled) return;
    retryScheduled = true;
    const delayMs = RETRY_MS[Math.min(retries, RETRY_MS.length - 1)] ?? 50;
    retries += 1;
    io.later(
      () => {
        retryScheduled = false;
        if (pump()) return;
        if (retries >= FLUSH_RETRIES) settle();
        retryLater();
      },
      delayMs,
      retries < KEEP_ALIVE_RETRIES,
    );
  }

  /**
   * Blocks until no more than `untilBytes` wait, for at most `mostMs`. Returns how long it took.
   */
  function drainNow(untilBytes: number, stalledMs: () => number, mostMs: number): number {
    let waitedMs = 0;
    let stalled = 0;
    while (pendingBytes > untilBytes && waitedMs < mostMs && stalled < stalledMs()) {
      const before = pendingBytes;
      if (pump()) break;
      stalled = pendingBytes < before ? 0 : stalled + 1;
      io.pause(1);
      waitedMs += 1;
    }
    return waitedMs;
  }

  function drainAtExit(): void {
    // Counted over all lines that are logged while the process exits.
    const waitedMs = drainNow(0, () => (refused ? EXIT_LOCK_MS : EXIT_STALLED_MS), exitMsLeft);
    exitMsLeft = pendingBytes > 0 ? 0 : exitMsLeft - waitedMs;
    if (exitMsLeft === 0) pump();
  }

  /** True when `bytes` more may wait. */
  function hasRoom(bytes: number): boolean {
    if (droppedLines > 0) pump();
    if (droppedLines > 0) return false;
    if (pendingBytes + bytes <= MOST_PENDING_BYTES) return true;
    drainNow(MOST_PENDING_BYTES - Math.max(bytes, FREED_BYTES), () => PATIENCE_MS, PATIENCE_MS);
    return pendingBytes + bytes <= MOST_PENDING_BYTES;
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
    const lock = io.lock?.();
    const mayWrite = lock?.acquire() !== false;
    const written = mayWrite ? offer(bytes, length) : 0;
    halfway = written > 0 && written < length && !broken;
    if (halfway) lock?.halfway();
    else if (mayWrite) lock?.release();
    if (written === length || broken) return;
    // Copied: the next line goes into the same memory.
    head = Uint8Array.prototype.slice.call(bytes, written, length);
    pendingBytes = head.length;
    retryLater();
  }

  function writeGathered(): void {
    if (gathered === '') return;
    const lines = gathered;
    gathered = '';
    writeLine(lines);
  }

  function writeLine(line: string): void {
    if (broken) return;
    if (!watchesExit) {
      watchesExit = true;
      io.onExit(() => {
        exiting = true;
        writeGathered();
        drainAtExit();
      });
    }
    if (pendingBytes === 0 && !retryScheduled && !exiting) {
      writeAtOnce(line);
      return;
    }
    const bytes = Buffer.byteLength(line) + 1;
    if (hasRoom(bytes)) append(line, bytes);
    else {
      droppedLines += 1;
      droppedBytes += bytes;
    }
    if (exiting) drainAtExit();
    else if (!retryScheduled && !pump()) retryLater();
  }

  return {
    write(line, now = false) {
      // The first line has the exit watched.
      if (!gathers || exiting || !watchesExit) return writeLine(line);
      if (gathered === '') io.endOfTick(writeGathered);
      gathered = gathered === '' ? line : `${gathered}\n${line}`;
      if (now || gathered.length > GATHERED_CHARACTERS) writeGathered();
    },
    gather() {
      gathers = true;
    },
    flush() {
      writeGathered();
      if (pendingBytes === 0) return Promise.resolve();
      // The second without progress is counted from here.
      retries = 0;
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
