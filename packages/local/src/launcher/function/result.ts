import type { Readable } from 'node:stream';
import type { ProcessExit } from '../process/start-process.ts';
import { describeExit } from '../process/start-process.ts';

/** Why an invocation failed, in the words that Lambda uses. */
export interface FunctionError {
  /**
   * The error's name, or Lambda's own: `Sandbox.Timedout`, `Runtime.ExitError`,
   * `Runtime.HandlerNotFound`...
   */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
  /** Whether the function failed while starting or while handling the event. */
  readonly phase: 'init' | 'invoke';
  /** How the process ended, when that is why, or when a failed start ended it. */
  readonly exit?: ProcessExit;
}

/** The outcome of one invocation: `error` is set exactly when it failed. */
export type InvocationResult =
  | { readonly requestId: string; readonly payload: unknown; readonly error?: undefined }
  | { readonly requestId: string; readonly payload?: undefined; readonly error: FunctionError };

/**
 * The answer of a streaming function as it comes; the body fails when the function's process ends.
 */
export interface FunctionStream {
  readonly contentType: string;
  /** Has to be read, or resumed. */
  readonly body: Readable;
}

/** One invocation, as an instance gets it. */
export interface InvocationInput {
  readonly requestId: string;
  readonly payload: string;
  readonly traceId: string;
  /**
   * Gets the answer of a streaming function; without it the answer is collected and is the payload.
   */
  readonly onStream?: ((stream: FunctionStream) => void) | undefined;
}

/** The body that a runtime posted; Lambda passes it on unchanged. */
export function readPayload(payload: string): unknown {
  if (payload === '') return null;
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}

/** Lambda's error for an invocation, or a start, that ended with its process. */
export function exitError(requestId: string | undefined, exit: ProcessExit, phase: 'init' | 'invoke'): FunctionError {
  const reason =
    exit.code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${describeExit(exit)}`;
  const prefix = requestId === undefined ? '' : `RequestId: ${requestId} `;
  return { errorType: 'Runtime.ExitError', errorMessage: `${prefix}Error: ${reason}`, phase, exit };
}

/** Lambda's error for an invocation that took too long. */
export function timeoutError(requestId: string, timeoutMs: number): FunctionError {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage, phase: 'invoke' };
}

/** An error in the shape that AWS's Node.js client posts. */
interface DescribedError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/**
 * A fault of the handler that Lambda has a name for: `Runtime.HandlerNotFound`,
 * `Runtime.UserCodeSyntaxError`...
 */
export class RuntimeError extends Error {
  constructor(kind: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = `Runtime.${kind}`;
  }
}

/**
 * Anything may be thrown: an Error keeps its name and stack, any other value is described by its
 * type.
 */
export function describeError(error: unknown): DescribedError {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

export const EXPIRED: unique symbol = Symbol('expired');

/** Like the promise, or EXPIRED after `ms`; leaves no timer behind. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof EXPIRED> {
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
