/** The part of a process that is told of Ctrl-C. */
interface Interruptible {
  once(event: 'SIGINT', listener: () => void): unknown;
}

/** A signal that aborts on the first Ctrl-C; the next one ends the process as ever. */
export function interruption(process: Interruptible): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(new Error('Interrupted: what was not finished is as it was')));
  return controller.signal;
}
