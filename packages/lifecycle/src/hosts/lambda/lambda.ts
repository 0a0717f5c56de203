import type { Clock } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import type { Deadline } from '../../deadline.ts';
import { deadlineIn } from '../../deadline.ts';

/** The part of Lambda's context object that is read. */
export interface LambdaContext {
  awsRequestId: string;
  invokedFunctionArn: string;
  functionName: string;
  functionVersion: string;
  memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

/** One invocation, as the work sees it. */
export interface LambdaInvocation {
  readonly context: LambdaContext;
  /** When the work should be over: Lambda's deadline less the reserve. */
  readonly deadline: Deadline;
  /** Aborts at that deadline. */
  readonly signal: AbortSignal;
  /** True for the first invocation of this execution environment. */
  readonly coldStart: boolean;
}

export interface LambdaOptions {
  /** Milliseconds kept back from Lambda's deadline for answering and flushing. @defaultValue 500, at most a tenth of the time */
  reserveMs?: number;
  /** Runs at the end of every invocation, failed or not: after it the environment may freeze. */
  flush?: () => Promise<void>;
  clock?: Clock;
}

export type LambdaHandler<Event, Result> = (event: Event, context: LambdaContext) => Promise<Result>;

/**
 * Wraps work as a Lambda handler: an abort signal and a deadline from Lambda's own, a flush before the freeze, and no timer
 * left behind.
 *
 * @example
 * ```ts
 * export const handler = lambda(async (event: { id: string }, { signal }) => load(event.id, signal));
 * ```
 */
export function lambda<Event, Result>(
  work: (event: Event, invocation: LambdaInvocation) => Promise<Result>,
  options: LambdaOptions = {},
): LambdaHandler<Event, Result> {
  if (typeof work !== 'function') throw new TypeError('Cannot make a Lambda handler: the work is not a function');
  const { reserveMs = 500, flush, clock = systemClock } = options;
  let coldStart = true;

  return async (event, context) => {
    const remainingMs = context.getRemainingTimeInMillis();
    const deadline = deadlineIn(remainingMs - Math.min(reserveMs, remainingMs / 10), clock);
    const controller = new AbortController();
    const over = new AbortController();
    const timer = clock.sleep(deadline.remainingMs(), over.signal).then(
      () => controller.abort(new DOMException("The invocation's deadline is near", 'TimeoutError')),
      () => undefined,
    );
    const invocation = { context, deadline, signal: controller.signal, coldStart };
    coldStart = false;
    try {
      return await work(event, invocation);
    } finally {
      over.abort();
      await timer;
      await flush?.();
    }
  };
}
