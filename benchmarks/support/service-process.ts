import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** CPU and memory that a server's process has used so far. */
export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** In the server's process: answers its parent's questions. */
export function reportUsage(): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system, rssBytes: process.memoryUsage.rss() } satisfies Usage);
  });
  process.on('disconnect', () => process.exit(0));
}

/** A server in a separate process. */
export interface ServiceProcess {
  readonly port: number;
  readonly child: ChildProcess;
  /** Its standard output; empty unless `keepsOutput`. */
  output(): string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/**
 * Starts a contestant as a server; its standard output goes to /dev/null, at the cost of a write,
 * unless it is kept.
 */
export async function startService(
  file: string,
  args: readonly string[],
  { keepsOutput = false, env = {} }: { keepsOutput?: boolean; env?: Readonly<Record<string, string>> } = {},
): Promise<ServiceProcess> {
  const port = await freePort();
  const child = fork(join(import.meta.dirname, '../contestants', file), [...args], {
    env: { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', PORT: String(port), TWELVEFOLD_STAGE: 'bench', ...env },
    stdio: ['ignore', keepsOutput ? 'pipe' : 'ignore', 'inherit', 'ipc'],
  });
  let written = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  await untilAnswers(port, child);
  return {
    port,
    child,
    output: () => written,
    usage: () =>
      new Promise((resolve) => {
        child.once('message', (usage) => resolve(usage as Usage)); // reportUsage() is the only sender
        child.send('usage');
      }),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port');
  return address.port;
}

async function untilAnswers(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/orders/o-1`)).text();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`Cannot measure: the server ended with ${child.exitCode} before it answered`);
}
