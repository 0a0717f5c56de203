import type * as fs from 'node:fs';

const STDOUT = 1;

export interface OpenStdout {
  readonly descriptor: number;
  /** True when it takes a line whole, however long, as files do. */
  readonly whole: boolean;
}

/**
 * The descriptor to write standard output to, one whose writes fail with EAGAIN where they would
 * block: a slow reader must not hold up the event loop. Files accept every write; terminals are
 * Node's own exception.
 *
 * A pipe is opened a second time (Linux), because the flag belongs to the open file, not to the
 * descriptor: other processes that share the first one keep writing as before. `process.stdout`,
 * which would set the flag as well, is not made, because that costs a cold start some milliseconds.
 * A socket cannot be opened again.
 *
 * @param unblock - sets the flag on descriptor 1 itself
 */
export function openStdout({ constants, fstatSync, openSync }: typeof fs, unblock: () => void): OpenStdout {
  try {
    const stdout = fstatSync(STDOUT);
    if (stdout.isFIFO()) {
      return { descriptor: openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK), whole: false };
    }
    if (!stdout.isSocket()) return { descriptor: STDOUT, whole: true };
  } catch {
    // Closed, or no Linux: as for sockets.
  }
  unblock();
  return { descriptor: STDOUT, whole: false };
}
