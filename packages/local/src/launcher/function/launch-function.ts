import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rejectUnknownOptions } from '../../core/reject-unknown-options.ts';
import type { OutputLine } from '../process/output.ts';
import type { Environment } from './environment.ts';
import { startEnvironment } from './environment.ts';
import type { FunctionSpec } from './environment-variables.ts';
import type { InvocationResult } from './result.ts';
import { newTraceId } from './trace-id.ts';

/** A synchronous invocation's event may have at most this many bytes (Lambda quotas). */
const MAX_EVENT_BYTES = 6_291_456;
/** About what starting a process costs. */
const FINISHING_GRACE_MS = 150;

export interface LaunchFunctionOptions {
  readonly name: string;
  /** Path of the bundle, an ES module that exports the handler. */
  readonly entry: string;
  /** Name of the export. @defaultValue 'handler' */
  readonly handler?: string | undefined;
  readonly region: string;
  /** @defaultValue '123456789012' */
  readonly accountId?: string | undefined;
  /** The function's own variables, credentials and endpoint included; nothing is inherited from this process. */
  readonly env: Readonly<Record<string, string>>;
  /** @defaultValue 3000, as on Lambda */
  readonly timeoutMs?: number | undefined;
  /**
   * How long a start may take. Lambda gives it 10 s and then a second one within the function's timeout; here one start gets it
   * all. @defaultValue 10000, or the function's timeout if that is longer
   */
  readonly initTimeoutMs?: number | undefined;
  /** @defaultValue 128, as on Lambda */
  readonly memoryMb?: number | undefined;
  /** Whether environments stand still between invocations, as on Lambda: timers stop, sockets go stale. @defaultValue true */
  readonly freeze?: boolean | undefined;
  /** Execution environments at a time; further invocations wait their turn. @defaultValue 10 */
  readonly maxConcurrency?: number | undefined;
  /** The Node.js executable. @defaultValue process.execPath */
  readonly execPath?: string | undefined;
  /** Another runtime client, e.g. `['node', '.../aws-lambda-ric/bin/index.mjs']`; the handler's name (`orders.handler`) follows. */
  readonly runtimeCommand?: readonly string[] | undefined;
  /** Gets each line that the function writes. */
  readonly onOutput?: ((line: OutputLine) => void) | undefined;
}

export interface InvokeOptions {
  /** Stops the waiting; the function itself runs on, as on Lambda. */
  readonly signal?: AbortSignal | undefined;
  /** `X-Amzn-Trace-Id`; made up when missing. */
  readonly traceId?: string | undefined;
}

export interface LaunchedFunction {
  readonly name: string;
  readonly arn: string;
  readonly timeoutMs: number;
  /**
   * Invokes the function and resolves with its payload or its error, in Lambda's words; an execution environment starts when
   * none is idle.
   *
   * @throws {TypeError} when the event cannot be written as JSON, {@link Error} when the function is stopped, the signal's reason when it aborts
   */
  invoke(event: unknown, options?: InvokeOptions): Promise<InvocationResult>;
  /** The processes that run now. */
  pids(): readonly number[];
  /** Kills every execution environment (SIGKILL): what is in flight fails, the next invocation starts afresh. */
  kill(): Promise<void>;
  /** Takes no more invocations, waits for those in flight (each ends within its timeout) and ends the environments. */
  stop(): Promise<void>;
}

const DEFAULTS = {
  handler: 'handler',
  accountId: '123456789012',
  timeoutMs: 3_000,
  initTimeoutMs: 10_000,
  memoryMb: 128,
  freeze: true,
  maxConcurrency: 10,
};
const OPTIONS = ['name', 'entry', 'region', 'env', 'execPath', 'runtimeCommand', 'onOutput', ...Object.keys(DEFAULTS)];

/**
 * Runs a function as Lambda would: each execution environment is a process of its own behind a Runtime API, started on
 * demand, invoked one event at a time, ended by timeouts and crashes.
 *
 * @throws {Error} when the entry does not exist
 * @example
 * ```ts
 * const orders = await launchFunction({ name: 'orders', entry: 'dist/lambda/orders.js', region: 'eu-central-1', env: {} });
 * const { payload, error } = await orders.invoke({ Records: [] });
 * await orders.stop();
 * ```
 */
export async function launchFunction(options: LaunchFunctionOptions): Promise<LaunchedFunction> {
  rejectUnknownOptions('use launchFunction', options, OPTIONS);
  const { maxConcurrency = DEFAULTS.maxConcurrency, accountId = DEFAULTS.accountId } = options;
  const { timeoutMs = DEFAULTS.timeoutMs } = options;
  const entry = resolvePath(options.entry);
  if (!existsSync(entry)) {
    throw new Error(`Cannot launch function ${options.name}: ${entry} does not exist; build it first`);
  }
  const spec: FunctionSpec = {
    name: options.name,
    arn: `arn:aws:lambda:${options.region}:${accountId}:function:${options.name}`,
    accountId,
    region: options.region,
    entry,
    handler: options.handler ?? DEFAULTS.handler,
    env: options.env,
    timeoutMs,
    initTimeoutMs: options.initTimeoutMs ?? Math.max(DEFAULTS.initTimeoutMs, timeoutMs),
    freeze: (options.freeze ?? DEFAULTS.freeze) && process.platform !== 'win32',
    memoryMb: options.memoryMb ?? DEFAULTS.memoryMb,
    execPath: options.execPath ?? process.execPath,
    runtimeCommand: options.runtimeCommand,
  };
  const all = new Set<Environment>();
  const idle: Environment[] = [];
  const busy = new Set<Promise<unknown>>();
  const finishing = new Set<Promise<unknown>>();
  const queue: Array<() => void> = [];
  let running = 0;
  let stopped = false;

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    if (running < maxConcurrency) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        queue.splice(queue.indexOf(take), 1);
        reject(signal?.reason);
      };
      const take = () => {
        signal?.removeEventListener('abort', leave);
        resolve(); // the turn of the one before passes on, so `running` stays
      };
      signal?.addEventListener('abort', leave, { once: true });
      queue.push(take);
    });
  }

  function pass(): void {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }

  async function takeIdle(): Promise<Environment | undefined> {
    for (let environment = idle.pop(); environment; environment = idle.pop()) {
      if (await environment.reusable()) return environment;
      all.delete(environment);
    }
    return undefined;
  }

  /** An idle environment, the last one used, or a new one. */
  async function take(): Promise<Environment> {
    let environment = await takeIdle();
    if (!environment && finishing.size > 0) {
      // One that has just answered is idle in a moment: sooner than a new process, and one by one stays in one process.
      await Promise.race([...finishing, sleep(FINISHING_GRACE_MS, undefined, { ref: false })]);
      environment = await takeIdle();
    }
    return environment ?? start();
  }

  async function start(): Promise<Environment> {
    const environment = await startEnvironment(spec, options.onOutput);
    all.add(environment);
    return environment;
  }

  async function settle(environment: Environment): Promise<void> {
    if (await environment.reusable()) idle.push(environment);
    else all.delete(environment);
  }

  async function run(payload: string, traceId: string, answer: (result: InvocationResult) => void): Promise<void> {
    try {
      const environment = await take();
      answer(await environment.invoke({ requestId: randomUUID(), payload, traceId }));
      const settled = settle(environment).finally(() => finishing.delete(settled));
      finishing.add(settled);
      await settled;
    } finally {
      pass();
    }
  }

  return {
    name: spec.name,
    arn: spec.arn,
    timeoutMs: spec.timeoutMs,
    invoke: async (event, { signal, traceId = newTraceId() } = {}) => {
      const refuse = () => {
        if (stopped) throw new Error(`Cannot invoke function ${spec.name}: it is stopped`);
        signal?.throwIfAborted();
      };
      refuse();
      const payload = JSON.stringify(event ?? null);
      if (Buffer.byteLength(payload) > MAX_EVENT_BYTES) {
        const errorMessage = `Request must be smaller than ${MAX_EVENT_BYTES} bytes for the InvokeFunction operation`;
        const error = { errorType: 'RequestEntityTooLargeException', errorMessage, phase: 'invoke' } as const;
        return { requestId: randomUUID(), error };
      }
      await turn(signal);
      if (stopped || signal?.aborted) pass();
      refuse();
      return new Promise((resolve, reject) => {
        const abandon = () => reject(signal?.reason);
        signal?.addEventListener('abort', abandon, { once: true });
        const work = run(payload, traceId, resolve)
          .catch(reject)
          .finally(() => {
            signal?.removeEventListener('abort', abandon);
            busy.delete(work);
          });
        busy.add(work);
      });
    },
    pids: () => [...all].flatMap((environment) => environment.pid() ?? []),
    kill: async () => {
      await Promise.all([...all].map((environment) => environment.kill()));
    },
    stop: async () => {
      stopped = true;
      while (busy.size > 0) await Promise.all(busy);
      await Promise.all([...all].map((environment) => environment.shutdown()));
      all.clear();
      idle.length = 0;
    },
  };
}
