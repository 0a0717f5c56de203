import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { StartedProcess } from '../launcher/process/start-process.ts';
import { describeExit, startProcess } from '../launcher/process/start-process.ts';

const run = promisify(execFile);

/** Linux's user without rights: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;

/** A folder that the server owns: the given one, which stays, or a temporary one. */
export interface ServerFolder {
  readonly path: string;
  /** Set when this process is root. */
  readonly userId: number | undefined;
  /** Gives a file of the folder to the server's user. */
  chown(path: string): void;
  /** Deletes a temporary folder. */
  remove(): Promise<void>;
}

export async function openFolder(given: string | undefined, prefix: string): Promise<ServerFolder> {
  const path = given ?? (await mkdtemp(join(tmpdir(), prefix)));
  await mkdir(path, { recursive: true, mode: 0o700 });
  const userId = process.getuid?.() === 0 ? NOBODY : undefined;
  if (userId !== undefined) await chown(path, userId, userId);
  return {
    path,
    userId,
    chown: (file) => {
      if (userId !== undefined) chownSync(file, userId, userId);
    },
    remove: async () => {
      if (given === undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export const isEmpty = async (folder: string): Promise<boolean> => (await readdir(folder)).length === 0;

/** Runs a program of the server's package as the server's user. */
export async function runTool(program: string, args: readonly string[], folder: ServerFolder): Promise<void> {
  const { userId } = folder;
  await run(program, args, {
    cwd: folder.path,
    env: { LC_ALL: 'C' },
    ...(userId === undefined ? {} : { uid: userId, gid: userId }),
  });
}

/** A key and a certificate for `localhost` and 127.0.0.1, which is its own authority. */
export async function writeCertificate(folder: ServerFolder): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder.path, 'server.key'), join(folder.path, 'server.crt')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
  await run('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate]);
  for (const file of [key, certificate]) folder.chown(file);
  return { key, certificate };
}

interface ServerProcessOptions {
  readonly command: readonly [string, ...string[]];
  readonly folder: ServerFolder;
  readonly source: string;
  /** The line of its output that says that it takes connections. */
  readonly ready: RegExp;
  readonly killSignal: NodeJS.Signals;
  readonly stopSignal: NodeJS.Signals;
}

/** The methods of a started server. */
interface ServerControl extends AsyncDisposable {
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until it takes connections. It ends with this process.
 *
 * @throws Error with its last lines when it ends before
 */
export async function startServer(options: ServerProcessOptions): Promise<ServerControl> {
  let server = await startOnce(options);
  const end = async (signal: NodeJS.Signals) => {
    server.kill(signal);
    await server.exited;
  };
  const kill = () => end(options.killSignal);
  const stop = async () => {
    await end(options.stopSignal);
    await options.folder.remove();
  };
  return {
    kill,
    restart: async () => {
      await kill();
      server = await startOnce(options);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startOnce(options: ServerProcessOptions): Promise<StartedProcess> {
  const { command, folder, source, ready } = options;
  const { promise: isReady, resolve } = Promise.withResolvers<'ready'>();
  const server = startProcess({
    command,
    cwd: folder.path,
    env: { LC_ALL: 'C' },
    source,
    userId: folder.userId,
    onOutput: ({ line }) => {
      if (ready.test(line)) resolve('ready');
    },
  });
  const first = await Promise.race([isReady, server.exited]);
  if (first === 'ready') return server;
  const reason = server.startError()?.message ?? `${describeExit(first)}\n${server.tail().join('\n')}`;
  throw new Error(`Cannot start ${source}: ${reason}`);
}
