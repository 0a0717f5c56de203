import { createInterface } from 'node:readline';

/** Asks for one line on a terminal. Resolves with an empty one on Ctrl-C and Ctrl-D: the process would never end otherwise. */
export function createAsk(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
  return (question: string): Promise<string> =>
    new Promise((resolve) => {
      const lines = createInterface({ input, output });
      lines.on('close', () => resolve(''));
      lines.on('SIGINT', () => lines.close());
      lines.question(question, (answer) => {
        resolve(answer);
        lines.close();
      });
    });
}

/** The part of a process that receives Ctrl-C and SIGTERM. */
interface Interruptible {
  once(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** A signal that aborts on the first Ctrl-C or SIGTERM; the next one ends the process. */
export function interruption(process: Interruptible): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error('Interrupted: what was not finished is as it was'));
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return controller.signal;
}
