import type { ProcessExit } from '../process/exit.ts';
import { describeExit } from '../process/exit.ts';
import type { FunctionError } from './result.ts';

/** What Lambda says of an invocation, or a start, that ended with its process. */
export function exitError(requestId: string | undefined, exit: ProcessExit, phase: 'init' | 'invoke'): FunctionError {
  const reason =
    exit.code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${describeExit(exit)}`;
  const prefix = requestId === undefined ? '' : `RequestId: ${requestId} `;
  return { errorType: 'Runtime.ExitError', errorMessage: `${prefix}Error: ${reason}`, phase, exit };
}

/** What Lambda says of an invocation that took too long. */
export function timeoutError(requestId: string, timeoutMs: number): FunctionError {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage, phase: 'invoke' };
}
