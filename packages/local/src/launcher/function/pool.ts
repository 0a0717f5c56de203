import type { InvocationInput, InvocationResult } from './result.ts';

/** The processes of one function. */
export interface Pool {
  /** Calls `answer` with what came of it, and resolves when the invocation is over. */
  run(input: InvocationInput, answer: (result: InvocationResult) => void): Promise<void>;
  pids(): readonly number[];
  /** SIGKILL, at once. */
  kill(): Promise<void>;
  /** Ends the processes as Lambda does, once nothing runs. */
  end(): Promise<void>;
}
