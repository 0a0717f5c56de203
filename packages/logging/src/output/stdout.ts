import type { LineWriter } from './line-writer.ts';
import { createLineWriter } from './line-writer.ts';
import { openStdout } from './open-stdout.ts';
import type { ThreadLock, ThreadLockInit } from './thread-lock.ts';
import { createThreadLock } from './thread-lock.ts';
import { threadMemory } from './thread-memory.ts';

const LINE_FEED = Uint8Array.of(0x0a);

/** The message of the line that reports dropped lines. */
export const DROPPED = 'Dropped log lines: standard output was not read';

let shared: LineWriter | undefined;

/**
 * The one writer of the process's standard output. Logs and metrics share it, so that their lines
 * stay whole and in order.
 *
 * It writes to the descriptor itself: in a worker thread `process.stdout` goes through the main
 * thread, and its last lines can be lost.
 *
 * @param droppedLine - makes the line that reports dropped lines; only the first call's counts.
 * @defaultValue a line of JSON
 */
export function stdout(droppedLine = droppedAsJson): LineWriter {
  if (shared) return shared;
  // Not imported: the facade of an ES module import reads every export, which costs a cold start
  // some milliseconds.
  const fs = process.getBuiltinModule('node:fs');
  const { descriptor, whole } = openStdout(fs, () => void process.stdout);
  const write = (bytes: Uint8Array, length: number) => fs.writeSync(descriptor, bytes, 0, length);
  const pause = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  shared = createLineWriter({
    write,
    later: (callback, delayMs, keepsAlive) => {
      const timer = setTimeout(callback, delayMs);
      if (!keepsAlive) timer.unref();
    },
    endOfTick: (callback) => void setImmediate(callback),
    pause,
    droppedLine,
    onExit: (callback) => void process.once('exit', callback),
    ...(!whole && { lock: threadLock(process, { pause, endLine: () => endLine(write) }) }),
  });
  return shared;
}

function droppedAsJson(lines: number, bytes: number): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({ level: 'WARN', message: DROPPED, timestamp, dropped_lines: lines, dropped_bytes: bytes });
}

function endLine(write: (bytes: Uint8Array, length: number) => number): boolean {
  try {
    return write(LINE_FEED, 1) === 1;
  } catch (error) {
    // Broken for good is for the next line to find out.
    return !(error instanceof Error && 'code' in error && error.code === 'EAGAIN');
  }
}

/**
 * Node lists this module once worker threads are used; importing it would cost the main thread of a
 * cold start 5 ms of CPU.
 */
const WORKERS = 'NativeModule internal/worker';

/** The lock among the threads that log; `undefined` while the process has no other threads. */
function threadLock(
  from: NodeJS.Process,
  init: Pick<ThreadLockInit, 'pause' | 'endLine'>,
): () => ThreadLock | undefined {
  let lock: ThreadLock | undefined;
  const join = () => {
    if (lock) return;
    const threads = from.getBuiltinModule('node:worker_threads');
    const memory = threadMemory(threads, init.pause);
    lock = createThreadLock({ ...init, memory, thread: threads.threadId, monotonic: () => performance.now() });
  };
  // Node's own list of what it has loaded is not in its types; without it, other threads are
  // assumed.
  const { moduleLoadList } = from as { moduleLoadList?: readonly string[] };
  if (moduleLoadList?.includes(WORKERS) !== false) join();
  else from.once('worker', join);
  return () => lock;
}
