import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { runCli } from './run-cli.ts';

/** Exit codes of a process that a signal ended: 128 and the signal's number. */
const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/** Runs the command line of `process` and sets its exit code. */
export async function runCommand(process: NodeJS.Process): Promise<void> {
  // package.json is two folders up from src/cli and from dist/bundle.
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const stop = new AbortController();
  for (const [signal, code] of SIGNALS) {
    process.on(signal, () => {
      // A second signal ends the process without waiting.
      if (stop.signal.aborted) process.exit(code);
      stop.abort();
    });
  }
  // Serving goes on when the reader of stdout goes away, as in `twelvefold-local | head -1`.
  process.stdout.on('error', () => {});
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    version,
    readFile: (path) => readFile(path, 'utf8'),
    stopped: stop.signal,
  });
  // Signal listeners do not keep the process alive, and everything else is closed: it ends by
  // itself.
}
