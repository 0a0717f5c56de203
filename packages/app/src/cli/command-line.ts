import { chmod, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { commands } from './commands.ts';
import { createLoader } from './create-loader.ts';
import { dispatch } from './dispatch.ts';

/** Runs the command line of `process` and sets its exit code. */
export async function runCommandLine(process: NodeJS.Process): Promise<void> {
  const cwd = process.cwd();

  // By its name: the sources, the separate files and the bundle are at different depths.
  const manifest = new URL(import.meta.resolve('twelvefold/package.json'));
  const { version }: { version: string } = JSON.parse(await readFile(manifest, 'utf8'));

  // A reader that closes the pipe early (`twelvefold bindings ... | head -1`) is not an error.
  process.stdout.on('error', () => {});

  let interrupted: AbortSignal | undefined;
  process.exitCode = await dispatch({
    commands,
    argv: process.argv.slice(2),
    version,
    io: {
      stdout: process.stdout,
      stderr: process.stderr,
      isTTY: process.stdout.isTTY === true,
      env: process.env,
      // Questions go to standard error: standard output is for results.
      ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: createAsk(process.stdin, process.stderr) } : {}),
      get signal() {
        interrupted ??= interruption(process);
        return interrupted;
      },
      load: createLoader({
        cwd,
        importModule: (url) => import(url),
        typescript: Boolean(process.features.typescript),
        nodeVersion: process.version,
      }),
      readFile: async (path) => {
        try {
          // Not `readFile(path, 'utf8')`, which replaces bytes that are not UTF-8 without an error.
          return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(resolve(cwd, path)));
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
          throw error;
        }
      },
      writeFile: async (path, text, { exclusive = false, mode } = {}) => {
        // Before the text is written: an existing file would keep its mode otherwise.
        if (mode !== undefined && !exclusive) await chmod(resolve(cwd, path), mode).catch(() => {});
        await writeFile(resolve(cwd, path), text, {
          flag: exclusive ? 'wx' : 'w',
          ...(mode === undefined ? {} : { mode }),
        });
      },
    },
  });
}

/**
 * Asks for one line on a terminal. Resolves with an empty one on Ctrl-C and Ctrl-D: the process
 * would never end otherwise.
 */
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
