import type { LineWriter } from './line-writer.ts';
import { createLineWriter } from './line-writer.ts';
import { openStdout } from './open-stdout.ts';

let shared: LineWriter | undefined;

/**
 * The one writer of the process's standard output. Logs and metrics share it, so that their lines stay whole and in order.
 *
 * It writes to the descriptor itself: in a worker thread `process.stdout` goes through the main thread, and its last lines
 * can be lost.
 */
export function stdout(): LineWriter {
  if (shared) return shared;
  // Not imported: the facade of an ES module import reads every export, which costs a cold start some milliseconds.
  const fs = process.getBuiltinModule('node:fs');
  const descriptor = openStdout(fs, () => void process.stdout);
  shared = createLineWriter({
    write: (bytes, length) => fs.writeSync(descriptor, bytes, 0, length),
    later: (callback, delayMs) => void setTimeout(callback, delayMs),
    pause: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
    onExit: (callback) => void process.once('exit', callback),
  });
  return shared;
}
