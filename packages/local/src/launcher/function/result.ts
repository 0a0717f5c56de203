import type { ProcessExit } from '../process/exit.ts';

/** Why an invocation failed, in the words that Lambda uses. */
export interface FunctionError {
  /** The error's name, or Lambda's own: `Sandbox.Timedout`, `Runtime.ExitError`, `Runtime.HandlerNotFound`... */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
  /** Whether the function failed while starting or while handling the event. */
  readonly phase: 'init' | 'invoke';
  /** How the process ended, when that is why, or when a failed start ended it. */
  readonly exit?: ProcessExit;
}

/** What came of one invocation: `error` is set exactly when it failed. */
export type InvocationResult =
  | { readonly requestId: string; readonly payload: unknown; readonly error?: undefined }
  | { readonly requestId: string; readonly payload?: undefined; readonly error: FunctionError };

/** One invocation, as an instance gets it. */
export interface InvocationInput {
  readonly requestId: string;
  readonly payload: string;
  readonly traceId: string;
}

/** What a runtime posted; Lambda passes on whatever it was. */
export function readPayload(payload: string): unknown {
  if (payload === '') return null;
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}
