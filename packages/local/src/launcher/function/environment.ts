import { killGroup } from '../process/guard.ts';
import type { OutputLine, ProcessExit } from '../process/start-process.ts';
import type { FunctionSpec } from './function-spec.ts';
import { initFault, startInstance } from './managed-instance.ts';
import type { InvocationInput, InvocationResult } from './result.ts';
import { EXPIRED, exitError, readPayload, timeoutError, within } from './result.ts';

/** How long a runtime with an internal extension may take between SIGTERM and SIGKILL. */
const TERMINATION_GRACE_MS = 500;

/** One process behind its own Runtime API: takes one invocation at a time, many in a row. */
export interface Environment {
  /** Undefined once the process is gone. */
  pid(): number | undefined;
  /** Resolves with the answer, perhaps before the environment is idle again. */
  invoke(input: InvocationInput): Promise<InvocationResult>;
  /** Resolves when the last invocation is over: true when the environment can take another. */
  reusable(): Promise<boolean>;
  /**
   * Ends the process as Lambda does: SIGTERM, then SIGKILL, when an extension has registered, else
   * SIGKILL at once.
   */
  shutdown(): Promise<ProcessExit>;
  /** SIGKILL at once. */
  kill(): Promise<ProcessExit>;
}

/** Starts an execution environment; a failure of its init is the answer to the first invocation. */
export async function startEnvironment(
  spec: FunctionSpec,
  onOutput: ((line: OutputLine) => void) | undefined,
): Promise<Environment> {
  const { api, child, ended } = await startInstance(spec, onOutput);
  const init = initFault(spec.initTimeoutMs, { api, child, ended });
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

  async function run(
    { requestId, payload, traceId, onStream }: InvocationInput,
    answer: (result: InvocationResult) => void,
  ) {
    const initError = await init;
    if (initError) {
      usable = false;
      return answer({ requestId, error: initError });
    }
    freeze('SIGCONT');
    const event = { requestId, deadlineMs: spec.now() + spec.timeoutMs, invokedFunctionArn: spec.arn, traceId };
    const work = async () => {
      // A runtime that does not wait although it did is on its way out.
      const outcome = await Promise.race([api.invoke(event, payload, onStream).catch(() => ended), ended]);
      if ('exit' in outcome) return answer({ requestId, error: exitError(requestId, outcome.exit, 'invoke') });
      answer(
        outcome.fault
          ? { requestId, error: { ...outcome.fault, phase: 'invoke' } }
          : { requestId, payload: readPayload(outcome.payload) },
      );
      // The invocation ends when runtime and extensions ask for the next event; that, too, is
      // within the timeout.
      await Promise.race([api.idle(), ended]);
    };
    if ((await within(spec.timeoutMs, work())) === EXPIRED) {
      answer({ requestId, error: timeoutError(requestId, spec.timeoutMs) });
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
