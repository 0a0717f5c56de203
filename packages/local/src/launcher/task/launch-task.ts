import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, resolve as resolvePath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { freePort } from '../http/listen.ts';
import type { OutputLine, ProcessExit, StartedProcess } from '../process/start-process.ts';
import { describeExit, startProcess } from '../process/start-process.ts';
import { createTaskProtection, startAgent } from './task-agent.ts';

export interface LaunchTaskOptions {
  /** e.g. `['node', 'ecs.js']`; `node` is `execPath`. */
  readonly command: readonly [string, ...string[]];
  /** The container's working directory. */
  readonly cwd: string;
  readonly region: string;
  /**
   * The container's own variables, credentials and endpoint included; nothing is inherited from
   * this process.
   */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Time between SIGTERM and SIGKILL in {@link LaunchedTask.stop}.
   *
   * @defaultValue 30000, as on Fargate
   */
  readonly stopTimeoutMs?: number | undefined;
  /** Set as PORT; 0 picks a free one. @defaultValue PORT is left as `env` has it */
  readonly port?: number | undefined;
  /** @defaultValue 'app' */
  readonly containerName?: string | undefined;
  /** @defaultValue one with a random id, in the cluster `local` */
  readonly taskArn?: string | undefined;
  /** The task definition's family. @defaultValue the container's name */
  readonly family?: string | undefined;
  /**
   * Of the service that the task belongs to; null for a task that was run alone, which cannot be
   * protected.
   *
   * @defaultValue the family
   */
  readonly serviceName?: string | null | undefined;
  /** @defaultValue '123456789012' */
  readonly accountId?: string | undefined;
  /** The Node.js executable. @defaultValue process.execPath */
  readonly execPath?: string | undefined;
  /** Gets each line that the task writes. */
  readonly onOutput?: ((line: OutputLine) => void) | undefined;
}

export interface LaunchedTask {
  readonly taskArn: string;
  readonly pid: number | undefined;
  /** Where the task serves, from its PORT; undefined without one. */
  readonly url: string | undefined;
  /** Settles when the process is gone. */
  readonly exited: Promise<ProcessExit>;
  /** Whether the task has asked for scale-in protection that has not run out. */
  protected(): boolean;
  /**
   * Resolves once `path` answers 2xx.
   *
   * @throws {Error} with the end of the task's output, when the process ends first or `timeoutMs`
   *   (default 30000) is over
   */
  waitUntilReady(path: string, timeoutMs?: number): Promise<void>;
  /** SIGTERM, then SIGKILL once the stop timeout is over. */
  stop(): Promise<ProcessExit>;
  /** SIGKILL at once. */
  kill(): Promise<ProcessExit>;
}

const DEFAULTS = { stopTimeoutMs: 30_000, containerName: 'app', accountId: '123456789012' };
const OPTIONS = ['taskArn', 'command', 'cwd', 'region', 'env', 'port', 'family', 'serviceName', 'execPath', 'onOutput'];
const CLUSTER = 'local';
const READY_POLL_MS = 25;
/** A service that takes a connection and never answers is not ready either. */
const PROBE_TIMEOUT_MS = 2_000;

/** The public function of this name, which `on-first-call.ts` documents and loads. */
export async function launchTask(options: LaunchTaskOptions): Promise<LaunchedTask> {
  assertKnownOptions('use launchTask', options, [...OPTIONS, ...Object.keys(DEFAULTS)]);
  const { region, stopTimeoutMs = DEFAULTS.stopTimeoutMs, accountId = DEFAULTS.accountId } = options;
  const containerName = options.containerName ?? DEFAULTS.containerName;
  const family = options.family ?? containerName;
  const execPath = options.execPath ?? process.execPath;
  const cwd = resolvePath(options.cwd);
  if (!existsSync(cwd)) throw new Error(`Cannot launch task ${family}: ${cwd} does not exist; build it first`);
  const port = options.port === 0 ? await freePort() : options.port;
  const newArn = `arn:aws:ecs:${region}:${accountId}:task/${CLUSTER}/${randomBytes(16).toString('hex')}`;
  const { taskArn = newArn } = options;
  const serviceName = options.serviceName === null ? undefined : (options.serviceName ?? family);
  const protection = createTaskProtection({ taskArn, serviceName, now: Date.now });
  const startedAt = new Date().toISOString();
  const agent = await startAgent(
    {
      taskArn,
      cluster: taskArn.split('/').at(-2) ?? CLUSTER,
      family,
      revision: '1',
      containerName,
      region,
      accountId,
      startedAt,
      serviceName,
    },
    protection,
  );
  const env: Record<string, string> = {
    PATH: `${dirname(execPath)}:/usr/local/bin:/usr/bin:/bin`,
    ...options.env,
    ...(port === undefined ? {} : { PORT: String(port) }),
    ...agent.env,
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
  const [file, ...args] = options.command;
  const command: [string, ...string[]] = [file === 'node' ? execPath : file, ...args];
  let child: StartedProcess;
  try {
    child = startProcess({ command, cwd, env, source: containerName, onOutput: options.onOutput });
    if (child.pid === undefined) throw await child.exited.then(child.startError);
  } catch (error) {
    await agent.close();
    throw new Error(`Cannot launch task ${family}: ${file} cannot be started`, { cause: error });
  }
  let exit: ProcessExit | undefined;
  const exited = child.exited.then(async (how) => {
    exit = how;
    await agent.close();
    return how;
  });
  const url = env.PORT === undefined ? undefined : `http://127.0.0.1:${env.PORT}`;
  const output = () => (child.tail().length > 0 ? `; it said last:\n${child.tail().join('\n')}` : '; it said nothing');
  return {
    taskArn,
    pid: child.pid,
    url,
    exited,
    protected: () => exit === undefined && protection.active(),
    waitUntilReady: async (path, timeoutMs = 30_000) => {
      const subject = `Cannot wait for task ${family}`;
      if (url === undefined)
        throw new Error(`${subject}: it has no port; set the option port, or PORT in its environment`);
      const deadline = performance.now() + timeoutMs;
      let last = 'no answer';
      while (!exit) {
        last = await probe(`${url}${path}`);
        if (last === 'ready') return;
        if (performance.now() >= deadline) {
          throw new Error(`${subject}: ${path} was not ready within ${timeoutMs} ms (${last})${output()}`);
        }
        await Promise.race([exited, sleep(READY_POLL_MS)]);
      }
      throw new Error(`${subject}: the process ended, ${describeExit(exit)}${output()}`);
    },
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

/** 'ready', or why not. */
async function probe(url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      headers: { connection: 'close' },
    });
    await response.body?.cancel();
    return response.ok ? 'ready' : `status ${response.status}`;
  } catch (error) {
    const { cause } = error as { cause?: unknown }; // fetch wraps what went wrong
    return cause instanceof Error && cause.message !== '' ? cause.message : String(error);
  }
}
