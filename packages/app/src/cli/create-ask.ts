import { createInterface } from 'node:readline';

/** Asks for one line on a terminal. Resolves with an empty one on Ctrl-C and Ctrl-D, or the process would wait for ever. */
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
