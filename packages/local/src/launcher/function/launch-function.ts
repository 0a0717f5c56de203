import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { InvokableFunction } from '../../core/function-registry.ts';
import type { OutputLine } from '../process/start-process.ts';
import { createSlots, environmentPool, managedPool } from './environment-pool.ts';
import type { FunctionSpec } from './function-spec.ts';
import { newTraceId } from './function-spec.ts';
import type { FunctionStream, InvocationResult } from './result.ts';

/** A synchronous invocation's event may have at most this many bytes (Lambda quotas). */
const MAX_EVENT_BYTES = 6_291_456;

export interface LaunchFunctionOptions {
  readonly name: string;
  /** Path of the bundle, an ES module that exports the handler. */
  readonly entry: string;
  /** Name of the export. @defaultValue 'handler' */
  readonly handler?: string | undefined;
  readonly region: string;
  /** @defaultValue '123456789012' */
  readonly accountId?: string | undefined;
  /**
   * The function's own variables, credentials and endpoint included; nothing is inherited from this
   * process.
   */
  readonly env: Readonly<Record<string, string>>;
  /** @defaultValue 3000, as on Lambda */
  readonly timeoutMs?: number | undefined;
  /**
   * How long a start may take. Lambda gives it 10 s and then a second one within the function's
   * timeout; here one start gets it all. @defaultValue 10000, or the function's timeout if that is
   * longer
   */
  readonly initTimeoutMs?: number | undefined;
  /** @defaultValue 128, as on Lambda */
  readonly memoryMb?: number | undefined;
  /**
   * Whether environments stand still between invocations, as on Lambda: timers stop, sockets go
   * stale.
   *
   * @defaultValue true
   */
  readonly freeze?: boolean | undefined;
  /** Execution environments at a time; further invocations wait their turn. @defaultValue 10 */
  readonly maxConcurrency?: number | undefined;
  /** The Node.js executable. @defaultValue process.execPath */
  readonly execPath?: string | undefined;
  /**
   * Runs the function as on Lambda managed instances: one process of worker threads, each taking
   * several invocations at a time; no freeze, no SIGTERM, no invocation events for extensions, and
   * late code runs on after its caller got the timeout.
   * @defaultValue undefined: one invocation at a time per process
   */
  readonly managed?: ManagedInstances | undefined;
  /**
   * The clock of a function's deadlines, for a function whose clock a test moves.
   *
   * @defaultValue Date.now
   */
  readonly now?: (() => number) | undefined;
  /**
   * Another runtime client, e.g. `['node', '.../aws-lambda-ric/bin/index.mjs']`; the handler's name
   * (`orders.handler`) follows.
   */
  readonly runtimeCommand?: readonly string[] | undefined;
  /** Gets each line that the function writes. */
  readonly onOutput?: ((line: OutputLine) => void) | undefined;
}

/** How a managed instance shares its work out. */
export interface ManagedInstances {
  /** `AWS_LAMBDA_NODEJS_WORKER_COUNT`. @defaultValue 2; Lambda starts 8 per vCPU */
  readonly workers?: number | undefined;
  /**
   * `AWS_LAMBDA_MAX_CONCURRENCY`: invocations at a time over all workers; further ones wait.
   *
   * @defaultValue 64, as on Lambda per vCPU
   */
  readonly concurrency?: number | undefined;
}

export interface InvokeOptions {
  /** Stops the waiting; the function itself runs on, as on Lambda. */
  readonly signal?: AbortSignal | undefined;
  /** `X-Amzn-Trace-Id`; made up when missing. */
  readonly traceId?: string | undefined;
  /**
   * Gets the answer of a streaming function as it comes. The promise resolves at its end: with
   * `error` when the answer broke off.
   * @defaultValue undefined: the whole answer is the payload
   */
  readonly onStream?: ((stream: FunctionStream) => void) | undefined;
}

export interface LaunchedFunction {
  readonly name: string;
  readonly arn: string;
  readonly timeoutMs: number;
  /**
   * Invokes the function and resolves with its payload or its error, in Lambda's words; an
   * execution environment starts when none is idle.
   *
   * @throws {TypeError} when the event cannot be written as JSON, {@link Error} when the function
   *   is stopped, the signal's reason when it aborts
   */
  invoke(event: unknown, options?: InvokeOptions): Promise<InvocationResult>;
  /** The processes that run now. */
  pids(): readonly number[];
  /**
   * Kills every execution environment (SIGKILL): what is in flight fails, the next invocation
   * starts afresh.
   */
  kill(): Promise<void>;
  /**
   * Takes no more invocations, waits for those in flight (each ends within its timeout) and ends
   * the environments.
   */
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
const MANAGED_DEFAULTS = { workers: 2, concurrency: 64 };
const OPTIONS = [
  'managed',
  'now',
  'name',
  'entry',
  'region',
  'env',
  'execPath',
  'runtimeCommand',
  'onOutput',
  ...Object.keys(DEFAULTS),
];

function managedSpec(options: ManagedInstances): { workers: number; concurrency: number } {
  assertKnownOptions('use managed of launchFunction', options, Object.keys(MANAGED_DEFAULTS));
  const { workers = MANAGED_DEFAULTS.workers, concurrency = MANAGED_DEFAULTS.concurrency } = options;
  for (const [name, value] of Object.entries({ workers, concurrency })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(
        `Cannot use managed of launchFunction: ${name} is ${value}; it must be a whole number above 0`,
      );
    }
  }
  return { workers, concurrency };
}

/** The public function of this name, which `on-first-call.ts` documents and loads. */
export async function launchFunction(options: LaunchFunctionOptions): Promise<LaunchedFunction> {
  assertKnownOptions('use launchFunction', options, OPTIONS);
  const { maxConcurrency = DEFAULTS.maxConcurrency, accountId = DEFAULTS.accountId } = options;
  const { timeoutMs = DEFAULTS.timeoutMs } = options;
  const managed = options.managed && managedSpec(options.managed);
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
    managed,
    now: options.now ?? Date.now,
  };
  const pool = managed ? managedPool(spec, options.onOutput) : environmentPool(spec, options.onOutput);
  const slots = createSlots(managed ? managed.concurrency : maxConcurrency);
  const busy = new Set<Promise<unknown>>();
  let stopped = false;

  return {
    name: spec.name,
    arn: spec.arn,
    timeoutMs: spec.timeoutMs,
    invoke: async (event, { signal, traceId = newTraceId(), onStream } = {}) => {
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
      await slots.take(signal);
      if (stopped || signal?.aborted) slots.pass();
      refuse();
      return new Promise((resolve, reject) => {
        const abandon = () => reject(signal?.reason);
        signal?.addEventListener('abort', abandon, { once: true });
        const work = pool
          .run({ requestId: randomUUID(), payload, traceId, onStream }, resolve)
          .catch(reject)
          .finally(() => {
            slots.pass();
            signal?.removeEventListener('abort', abandon);
            busy.delete(work);
          });
        busy.add(work);
      });
    },
    pids: pool.pids,
    kill: pool.kill,
    stop: async () => {
      stopped = true;
      while (busy.size > 0) await Promise.all(busy);
      await pool.end();
    },
  };
}

/**
 * A launched function as the endpoint's services invoke it: topics deliver to it, secrets are
 * rotated by it. It rejects with the function's error, named by its type.
 */
export function invokable(fn: Pick<LaunchedFunction, 'invoke' | 'name'>): InvokableFunction {
  return async (event, { traceId } = {}) => {
    const { payload, error } = await fn.invoke(event, traceId === undefined ? {} : { traceId });
    if (error === undefined) return payload;
    const thrown = new Error(`Cannot invoke function ${fn.name}: ${error.errorType}: ${error.errorMessage}`, {
      cause: error,
    });
    thrown.name = error.errorType;
    throw thrown;
  };
}
