/** Writes the tour: headings and aligned lines, coloured on a terminal, plain in a pipe. */
export interface Printer {
  heading(text: string): void;
  line(text?: string): void;
  /** One step that worked, with how long it took. */
  done(text: string, sinceMs?: number): void;
  hop(atMs: number, where: string, what: string): void;
  error(text: string): void;
}

export function createPrinter(output: NodeJS.WritableStream & { isTTY?: boolean }, noColor: boolean): Printer {
  const paint = (code: string, text: string) => (output.isTTY && !noColor ? `\u001b[${code}m${text}\u001b[0m` : text);
  const write = (text: string) => void output.write(`${text}\n`);
  return {
    heading: (text) => write(`\n${paint('1', text)}`),
    line: (text = '') => write(text),
    done: (text, sinceMs) => {
      const took = sinceMs === undefined ? '' : paint('2', `  ${Math.round(performance.now() - sinceMs)} ms`);
      write(`  ${paint('32', 'ok')}  ${text}${took}`);
    },
    hop: (atMs, where, what) =>
      write(`  ${paint('36', `${atMs.toString().padStart(5)} ms`)}  ${where.padEnd(9)} ${what}`),
    error: (text) => write(paint('31', text)),
  };
}
