import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ProcessExit } from '../process/exit.ts';
import { describeExit } from '../process/exit.ts';
import { killGroup } from '../process/guard.ts';
import type { OutputLine } from '../process/output.ts';
import type { StartedProcess } from '../process/start-process.ts';
import { startProcess } from '../process/start-process.ts';
import type { FunctionSpec } from './environment-variables.ts';
import { environmentVariables, handlerName } from './environment-variables.ts';
import type { FunctionError, InvocationResult } from './result.ts';
import type { RuntimeApi } from './runtime-api.ts';
import { startRuntimeApi } from './runtime-api.ts';
import { runtimeCommand } from './runtime-command.ts';

/** How long a runtime with an internal extension may take between SIGTERM and SIGKILL. */
const TERMINATION_GRACE_MS = 500;
/** How long a process that reported a failed init may take to exit by itself. */
const INIT_EXIT_GRACE_MS = 1_000;

interface InvocationInput {
  readonly requestId: string;
  readonly payload: string;
  readonly traceId: string;
}

/** One process behind its own Runtime API: takes one invocation at a time, many in a row. */
export interface Environment {
  /** Undefined once the process is gone. */
  pid(): number | undefined;
  /** Resolves with the answer, perhaps before the environment is idle again. */
  invoke(input: InvocationInput): Promise<InvocationResult>;
  /** Resolves when the last invocation is over: true when the environment can take another. */
  reusable(): Promise<boolean>;
  /** Ends the process as Lambda does: SIGTERM, then SIGKILL, when an extension has registered, else SIGKILL at once. */
  shutdown(): Promise<ProcessExit>;
  /** SIGKILL at once. */
  kill(): Promise<ProcessExit>;
}

type Ending = { readonly exit: ProcessExit };
const EXPIRED = Symbol('expired');

/** Starts an execution environment; a failure of its init is the answer to the first invocation. */
export async function startEnvironment(
  spec: FunctionSpec,
  onOutput: ((line: OutputLine) => void) | undefined,
): Promise<Environment> {
  const api = await startRuntimeApi({
    functionName: spec.name,
    handler: handlerName(spec),
    accountId: spec.accountId,
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
  const ended: Promise<Ending> = child.exited.then(async (exit) => {
    await api.close();
    return { exit };
  });
  const init = initialize(spec, api, child, ended);
  let lastInvocation: Promise<unknown> = init;
  let usable = true;
  let gone = false;
  const freeze = (signal: 'SIGSTOP' | 'SIGCONT') => {
    if (spec.freeze && !gone && child.pid !== undefined) killGroup(child.pid, signal);
  };

  const shutdown = async (): Promise<ProcessExit> => {
    usable = false;
    if (!api.extensionRegistered()) child.kill('SIGKILL');
    else {
      freeze('SIGCONT');
      child.kill('SIGTERM');
      if ((await within(TERMINATION_GRACE_MS, ended)) === EXPIRED) child.kill('SIGKILL');
    }
    return (await ended).exit;
  };

  async function run({ requestId, payload, traceId }: InvocationInput, answer: (result: InvocationResult) => void) {
    const initError = await init;
    if (initError) {
      usable = false;
      return answer({ requestId, error: initError });
    }
    freeze('SIGCONT');
    const event = { requestId, deadlineMs: Date.now() + spec.timeoutMs, invokedFunctionArn: spec.arn, traceId };
    const work = async () => {
      // A runtime that does not wait although it did is on its way out.
      const outcome = await Promise.race([api.invoke(event, payload).catch(() => ended), ended]);
      if ('exit' in outcome) return answer({ requestId, error: exitError(requestId, outcome.exit, 'invoke') });
      answer(
        outcome.fault
          ? { requestId, error: { ...outcome.fault, phase: 'invoke' } }
          : { requestId, payload: parse(outcome.payload) },
      );
      // The invocation ends when runtime and extensions ask for the next event; that, too, is within the timeout.
      await Promise.race([api.idle(), ended]);
    };
    if ((await within(spec.timeoutMs, work())) === EXPIRED) {
      const seconds = (spec.timeoutMs / 1_000).toFixed(2);
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
      answer({ requestId, error: { errorType: 'Sandbox.Timedout', errorMessage, phase: 'invoke' } });
      await shutdown();
    } else if (usable) freeze('SIGSTOP');
  }

  child.exited.then(() => {
    gone = true;
    usable = false;
  });
  return {
    pid: () => (gone ? undefined : child.pid),
    invoke: (input) =>
      new Promise((resolve) => {
        lastInvocation = run(input, resolve);
      }),
    reusable: async () => {
      await lastInvocation;
      return usable;
    },
    shutdown,
    kill: async () => {
      usable = false;
      child.kill('SIGKILL');
      return (await ended).exit;
    },
  };
}

async function initialize(
  spec: FunctionSpec,
  api: RuntimeApi,
  child: StartedProcess,
  ended: Promise<Ending>,
): Promise<FunctionError | undefined> {
  const limitMs = spec.initTimeoutMs;
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
  if (!fault && !outcome) return undefined;
  if ((await within(INIT_EXIT_GRACE_MS, ended)) === EXPIRED) child.kill('SIGKILL');
  const { exit } = await ended;
  return fault ? { ...fault, phase: 'init', exit } : exitError(undefined, exit, 'init');
}

function exitError(requestId: string | undefined, exit: ProcessExit, phase: 'init' | 'invoke'): FunctionError {
  const reason =
    exit.code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${describeExit(exit)}`;
  const prefix = requestId === undefined ? '' : `RequestId: ${requestId} `;
  return { errorType: 'Runtime.ExitError', errorMessage: `${prefix}Error: ${reason}`, phase, exit };
}

/** Like the promise, or EXPIRED after `ms`; leaves no timer behind. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof EXPIRED> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<typeof EXPIRED>((resolve) => {
    timer = setTimeout(resolve, ms, EXPIRED);
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

function parse(payload: string): unknown {
  if (payload === '') return null;
  try {
    return JSON.parse(payload);
  } catch {
    return payload; // Lambda passes on whatever the runtime posted
  }
}

function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
}
