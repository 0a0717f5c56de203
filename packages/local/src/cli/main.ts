#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { runCli } from './run-cli.ts';

// From src/cli and from dist/cli it is the same way up.
const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);
const stop = new AbortController();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    // The second signal is for whoever cannot wait.
    if (stop.signal.aborted) process.exit(code);
    stop.abort();
  });
}
// A reader that went away (`twelvefold-local | head -1`) is no reason to stop serving.
process.stdout.on('error', () => {});

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  version,
  readFile: (path) => readFile(path, 'utf8'),
  stopped: stop.signal,
});
// Signal listeners do not keep the process, and everything else is closed: it ends by itself.
