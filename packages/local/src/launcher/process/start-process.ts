import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { guard, killGroup } from './guard.ts';

/** How a process ended; both are null when it never started. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SIGNAL_NAMES: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** In Lambda's words: `exit status 1`, `signal: killed`. */
export function describeExit(exit: ProcessExit): string {
  if (exit.signal) return `signal: ${SIGNAL_NAMES[exit.signal] ?? exit.signal}`;
  return `exit status ${exit.code ?? 'unknown'}`;
}

/** One line that a launched process wrote. */
export interface OutputLine {
  /** The function's or container's name. */
  readonly source: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line break. */
  readonly line: string;
}

/**
 * Splits at `\n` only and hands each line on whole: readline would also split at U+2028, which JSON
 * leaves unescaped, and metrics in EMF must stay one unbroken line.
 */
function readLines(stream: Readable, onLine: (line: string) => void): void {
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

interface StartProcessOptions {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Names the process in its output lines. */
  readonly source: string;
  readonly onOutput?: ((line: OutputLine) => void) | undefined;
  /** Runs as this user and group. @defaultValue this process's */
  readonly userId?: number | undefined;
}

export interface StartedProcess {
  /** Undefined when the process could not be started. */
  readonly pid: number | undefined;
  /** Why it could not be started. */
  readonly startError: () => Error | undefined;
  /** Settles once the process is gone and its output is read to the end. */
  readonly exited: Promise<ProcessExit>;
  kill(signal: NodeJS.Signals): void;
  /** The last lines of its output. */
  tail(): readonly string[];
}

const TAIL_LINES = 40;

/**
 * Starts a process in its own group, so that Ctrl-C at the terminal reaches the launcher alone
 * and is passed on in the platform's way. The group ends with its first process, as a container
 * does, and with this process.
 */
export function startProcess(options: StartProcessOptions): StartedProcess {
  const [file, ...args] = options.command;
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...options.env },
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.userId === undefined ? {} : { uid: options.userId, gid: options.userId }),
  });
  const { pid } = child;
  const release = pid === undefined ? () => {} : guard(pid);
  const tail: string[] = [];
  let startError: Error | undefined;
  for (const stream of ['stdout', 'stderr'] as const) {
    readLines(child[stream], (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onOutput?.({ source: options.source, stream, line });
    });
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.on('error', (error) => {
      startError ??= error;
      if (pid === undefined) resolve({ code: null, signal: null });
    });
    child.on('exit', () => {
      if (pid !== undefined) killGroup(pid, 'SIGKILL');
      // A descendant that left the group can hold the pipes open; its output is not ours to wait
      // for.
      const cut = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, 1_000);
      child.on('close', () => clearTimeout(cut));
    });
    child.on('close', (code, signal) => {
      release();
      resolve({ code, signal });
    });
  });
  return {
    pid,
    startError: () => startError,
    exited,
    kill: (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    },
    tail: () => [...tail],
  };
}
