import type { Clock, Deadline } from '@twelvefold/core';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { leftRunning } from './left-running.ts';

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
  /**
   * Runs before the work when the environment was idle for `idleMs` milliseconds, a second or more: it was frozen in between, and what
   * the other side of a connection did meanwhile was missed.
   */
  onResume?: (idleMs: number) => void | Promise<void>;
  /** Told once of each kind of thing that was still running when an invocation was over; it would go on in a later one. */
  onLeftRunning?: (left: Readonly<Record<string, number>>) => void;
  /** What is running now, by Node's names: `process.getActiveResourcesInfo`. Nothing is told without it. */
  activeResources?: () => readonly string[];
  clock?: Clock;
}

/** Shorter than any peer's idle timeout, longer than the pause between two invocations of a busy environment. */
const FROZEN_MS = 1_000;

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
  const { reserveMs = 500, flush, onResume, onLeftRunning, activeResources, clock = systemClock } = options;
  let coldStart = true;
  let inFlight = 0;
  /** How many invocations have begun beside another one. */
  let overlaps = 0;
  let idleSince: { readonly now: number; readonly monotonic: number } | undefined;
  const told = new Set<string>();

  const resumed = (): number => {
    if (!idleSince) return 0;
    // The monotonic clock may stand still while frozen, the wall clock may be set: the longer of the two is the safe one.
    return Math.max(clock.now() - idleSince.now, clock.monotonic() - idleSince.monotonic);
  };
  const tellLeft = (before: readonly string[], after: readonly string[]) => {
    const left = Object.entries(leftRunning(before, after)).filter(([kind]) => !told.has(kind));
    for (const [kind] of left) told.add(kind);
    if (left.length > 0) onLeftRunning?.(Object.fromEntries(left));
  };

  return async (event, context) => {
    // With several at once, as on managed instances, what one left cannot be told from what another is at.
    const before = onLeftRunning && inFlight === 0 ? activeResources?.() : undefined;
    inFlight += 1;
    if (inFlight > 1) overlaps += 1;
    const overlapsBefore = overlaps;
    const remainingMs = context.getRemainingTimeInMillis();
    const deadline = deadlineIn(remainingMs - Math.min(reserveMs, remainingMs / 10), clock);
    const { signal, cancel } = deadlineSignal(deadline, clock);
    const invocation = new Invocation(context, deadline, coldStart, signal);
    coldStart = false;
    try {
      const idleMs = inFlight === 1 ? resumed() : 0;
      if (idleMs >= FROZEN_MS) await onResume?.(idleMs);
      return await work(event, invocation);
    } finally {
      await cancel();
      await flush?.();
      inFlight -= 1;
      idleSince = { now: clock.now(), monotonic: clock.monotonic() };
      if (before && activeResources && overlaps === overlapsBefore) tellLeft(before, activeResources());
    }
  };
}

/** A class: a getter in an object literal costs several times as much. */
class Invocation implements LambdaInvocation {
  readonly context: LambdaContext;
  readonly deadline: Deadline;
  readonly coldStart: boolean;
  readonly #signal: () => AbortSignal;

  constructor(context: LambdaContext, deadline: Deadline, coldStart: boolean, signal: () => AbortSignal) {
    this.context = context;
    this.deadline = deadline;
    this.coldStart = coldStart;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}

/** Built once: an abort without a reason builds an error with a stack each time. */
const OVER = new Error('The invocation is over');

/** A signal that aborts at the deadline, with its timer: made when somebody asks for it, gone when `cancel` resolves. */
function deadlineSignal(deadline: Deadline, clock: Clock) {
  let controller: AbortController | undefined;
  let over: AbortController | undefined;
  let timer: Promise<void> | undefined;
  let ended = false;
  return {
    signal: (): AbortSignal => {
      if (controller) return controller.signal;
      const made = new AbortController();
      controller = made;
      // Work that outlives its invocation gets no timer: nothing may be left behind.
      if (ended) return made.signal;
      over = new AbortController();
      timer = clock.sleep(deadline.remainingMs(), over.signal).then(
        () => made.abort(new DOMException("The invocation's deadline is near", 'TimeoutError')),
        () => undefined,
      );
      return made.signal;
    },
    cancel: async (): Promise<void> => {
      ended = true;
      over?.abort(OVER);
      await timer;
    },
  };
}
