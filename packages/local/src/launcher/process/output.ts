import type { Readable } from 'node:stream';

/** One line that a launched process wrote. */
export interface OutputLine {
  /** The function's or container's name. */
  readonly source: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line break. */
  readonly line: string;
}

/**
 * Splits at `\n` only and hands each line on whole: readline would also split at U+2028, which JSON leaves unescaped, and
 * metrics in EMF must stay one unbroken line.
 */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
    rest = '';
  });
}
