import { randomBytes } from 'node:crypto';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputLine, ProcessExit, StartedProcess } from '../process/start-process.ts';
import { startProcess } from '../process/start-process.ts';
import type { FunctionSpec } from './function-spec.ts';
import { environmentVariables, handlerName } from './function-spec.ts';
import type { FunctionError, InvocationInput, InvocationResult } from './result.ts';
import { EXPIRED, exitError, readPayload, timeoutError, within } from './result.ts';
import type { RuntimeApi } from './runtime-api.ts';
import { startRuntimeApi } from './runtime-api.ts';

/** The process of a function, and its Runtime API. */
export interface Instance {
  readonly api: RuntimeApi;
  readonly child: StartedProcess;
  /** Settles once the process is gone and the API closed. */
  readonly ended: Promise<{ readonly exit: ProcessExit }>;
}

/** @throws {Error} when the process cannot be started */
export async function startInstance(
  spec: FunctionSpec,
  onOutput: ((line: OutputLine) => void) | undefined,
): Promise<Instance> {
  const api = await startRuntimeApi({
    functionName: spec.name,
    handler: handlerName(spec),
    accountId: spec.accountId,
    invokeEvents: spec.managed === undefined,
  });
  let child: StartedProcess;
  try {
    child = startProcess({
      command: runtimeCommand(spec),
      cwd: dirname(spec.entry),
      env: environmentVariables(spec, { runtimeApi: api.address, logStream: logStreamName() }),
      source: spec.name,
      onOutput,
    });
  } catch (error) {
    await api.close();
    throw new Error(`Cannot start function ${spec.name}: its process cannot be started`, { cause: error });
  }
  const ended = child.exited.then(async (exit) => {
    await api.close();
    return { exit };
  });
  return { api, child, ended };
}

function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
}

/**
 * How long an invocation may wait for a worker that asks for one: workers may all be busy
 * computing, or gone.
 */
const PICK_UP_MS = 10_000;

/**
 * One process of several worker threads behind one Runtime API, each taking invocations that
 * overlap.
 */
export interface ManagedInstance {
  /** Undefined once the process is gone. */
  pid(): number | undefined;
  invoke(input: InvocationInput): Promise<InvocationResult>;
  /** SIGKILL at once: nothing on managed instances promises a signal before it. */
  kill(): Promise<ProcessExit>;
}

/**
 * Starts an instance as Lambda's managed instances do: it never stands still, an invocation that
 * takes too long is answered with a timeout while its code runs on, and workers that crash are
 * not missed as long as one is left
 * (docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-execution-environment.html).
 */
export async function startManagedInstance(
  spec: FunctionSpec,
  onOutput: ((line: OutputLine) => void) | undefined,
): Promise<ManagedInstance> {
  const instance = await startInstance(spec, onOutput);
  const { api, child, ended } = instance;
  const init = initFault(spec.initTimeoutMs, instance);
  let gone = false;
  child.exited.then(() => {
    gone = true;
  });

  async function invoke({ requestId, payload, traceId, onStream }: InvocationInput): Promise<InvocationResult> {
    const initError = await init;
    if (initError) return { requestId, error: initError };
    while (!api.waiting()) {
      const picked = await within(PICK_UP_MS, Promise.race([api.idle(), ended]));
      if (picked === EXPIRED) return { requestId, error: timeoutError(requestId, PICK_UP_MS) };
      if (picked) return { requestId, error: exitError(requestId, picked.exit, 'invoke') };
    }
    const event = { requestId, deadlineMs: spec.now() + spec.timeoutMs, invokedFunctionArn: spec.arn, traceId };
    const outcome = await within(
      spec.timeoutMs,
      Promise.race([api.invoke(event, payload, onStream).catch(() => ended), ended]),
    );
    if (outcome === EXPIRED) return { requestId, error: timeoutError(requestId, spec.timeoutMs) };
    if ('exit' in outcome) return { requestId, error: exitError(requestId, outcome.exit, 'invoke') };
    return outcome.fault
      ? { requestId, error: { ...outcome.fault, phase: 'invoke' } }
      : { requestId, payload: readPayload(outcome.payload) };
  }

  return {
    pid: () => (gone ? undefined : child.pid),
    invoke,
    kill: async () => {
      child.kill('SIGKILL');
      return (await ended).exit;
    },
  };
}

/** How long a process that reported a failed init may take to exit by itself. */
const INIT_EXIT_GRACE_MS = 1_000;

/** Waits until an instance takes invocations; resolves with why it does not. It is gone then. */
export async function initFault(limitMs: number, { api, child, ended }: Instance): Promise<FunctionError | undefined> {
  const outcome = await within(limitMs, Promise.race([api.idle(), ended]));
  const fault = api.initFault();
  const startError = child.startError();
  if (startError) {
    return { errorType: 'Runtime.InvalidEntrypoint', errorMessage: startError.message, phase: 'init' };
  }
  if (outcome === EXPIRED) {
    child.kill('SIGKILL');
    const seconds = (limitMs / 1_000).toFixed(2);
    const errorMessage = `Error: init timed out after ${seconds} seconds; an extension that registered must ask for its next event`;
    return { errorType: 'Sandbox.Timedout', errorMessage, phase: 'init', exit: (await ended).exit };
  }
  // Of several workers one is enough.
  if (!outcome) return undefined;
  if ((await within(INIT_EXIT_GRACE_MS, ended)) === EXPIRED) child.kill('SIGKILL');
  const { exit } = await ended;
  return fault ? { ...fault, phase: 'init', exit } : exitError(undefined, exit, 'init');
}

/**
 * The share of the function's memory that V8's old space may fill, so that a leak ends the process
 * before the machine's memory does.
 */
const HEAP_SHARE = 0.9;

/**
 * The command of an execution environment: the caller's runtime with the handler's name behind it,
 * or our own runtime client.
 */
function runtimeCommand(spec: FunctionSpec): [string, ...string[]] {
  const [file, ...args] = spec.runtimeCommand ?? [];
  if (file !== undefined) return [file === 'node' ? spec.execPath : file, ...args, handlerName(spec)];
  // Beside this file, in its language: Node runs the sources, and the build keeps the layout.
  const client = new URL(`./runtime-client${extname(import.meta.url)}`, import.meta.url);
  const heapMb = Math.floor(spec.memoryMb * HEAP_SHARE);
  return [spec.execPath, `--max-old-space-size=${heapMb}`, fileURLToPath(client), spec.entry, spec.handler];
}
