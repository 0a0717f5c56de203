import type { Clock, Deadline } from '@twelvefold/core';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import type { ResponseStream } from './response-stream.ts';
import { streamify } from './response-stream.ts';

/** The part of Lambda's context object that is read. */
export interface LambdaContext {
  awsRequestId: string;
  invokedFunctionArn: string;
  functionName: string;
  functionVersion: string;
  memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

/** One invocation. */
export interface LambdaInvocation {
  readonly context: LambdaContext;
  /** When the work should be over: Lambda's deadline less the reserve. */
  readonly deadline: Deadline;
  /** Aborts at that deadline. */
  readonly signal: AbortSignal;
  /** True for the first invocation of this execution environment. */
  readonly coldStart: boolean;
  /** Takes the answer, where the handler streams. */
  readonly stream?: ResponseStream | undefined;
}

export interface LambdaOptions {
  /**
   * Milliseconds of Lambda's deadline that are kept for the answer and the flush. @defaultValue
   * 500, at most a tenth of the time
   */
  reserveMs?: number;
  /** Runs at the end of every invocation, failed or not: after it the environment may freeze. */
  flush?: () => Promise<void>;
  /**
   * Runs before the work when the environment was idle for `idleMs` milliseconds, a second or more:
   * it was frozen meanwhile, and missed what the other side of a connection did.
   */
  onResume?: (idleMs: number) => void | Promise<void>;
  /**
   * Called with what still ran at the end of an invocation, by Node's names and once per name. It
   * would continue in a later invocation.
   */
  onLeftRunning?: (left: Readonly<Record<string, number>>) => void;
  /**
   * Makes a streaming handler: Lambda calls it with a response stream, which the work finds in its
   * invocation, and drops what it returns. @defaultValue false
   */
  streams?: boolean;
  /**
   * Gives the resources that are active now: `process.getActiveResourcesInfo`. Without it
   * `onLeftRunning` is not called.
   */
  activeResources?: () => readonly string[];
  clock?: Clock;
}

/**
 * Shorter than any peer's idle timeout, longer than the pause between two invocations of a busy
 * environment.
 */
const FROZEN_MS = 1_000;

export type LambdaHandler<Event, Result> = (event: Event, context: LambdaContext) => Promise<Result>;

/**
 * Wraps work as a Lambda handler: an abort signal and a deadline from Lambda's, a flush before the
 * freeze, and no timer that is left behind.
 *
 * @throws TypeError when the work is not a function.
 * @example
 * ```ts
 * export const handler = lambdaHandler(async (event: { id: string }, { signal }) =>
 *   load(event.id, signal),
 * );
 * ```
 */
export function lambdaHandler<Event, Result>(
  work: (event: Event, invocation: LambdaInvocation) => Promise<Result>,
  options: LambdaOptions = {},
): LambdaHandler<Event, Result> {
  if (typeof work !== 'function') throw new TypeError('Cannot make a Lambda handler: the work is not a function');
  const { reserveMs = 500, flush, onResume, onLeftRunning, activeResources, streams, clock = systemClock } = options;
  let coldStart = true;
  let inFlight = 0;
  /** Invocations that began while another one ran. */
  let overlaps = 0;
  let idleSince: { readonly now: number; readonly monotonic: number } | undefined;
  const reported = new Set<string>();

  /** Milliseconds without an invocation. */
  const idleMs = (): number => {
    if (!idleSince || inFlight > 1) return 0;
    // The monotonic clock may stand still during a freeze, and the wall clock may be set: the
    // longer time is safe.
    return Math.max(clock.now() - idleSince.now, clock.monotonic() - idleSince.monotonic);
  };
  const reportLeft = (before: readonly string[], now: readonly string[]) => {
    const left = Object.entries(leftRunning(before, now)).filter(([kind]) => !reported.has(kind));
    for (const [kind] of left) reported.add(kind);
    if (left.length > 0) onLeftRunning?.(Object.fromEntries(left));
  };

  async function handle(event: Event, context: LambdaContext, stream: ResponseStream | undefined): Promise<Result> {
    inFlight += 1;
    // With several at once, as on managed instances, the resources of one cannot be told from
    // another's.
    const before = onLeftRunning && inFlight === 1 ? activeResources?.() : undefined;
    if (inFlight > 1) overlaps += 1;
    const overlapsBefore = overlaps;
    const remainingMs = context.getRemainingTimeInMillis();
    const limitMs = remainingMs - Math.min(reserveMs, remainingMs / 10);
    const invocation = new Invocation(context, deadlineIn(limitMs, clock), coldStart, clock, stream);
    coldStart = false;
    try {
      const idle = idleMs();
      if (idle >= FROZEN_MS) await onResume?.(idle);
      return await work(event, invocation);
    } finally {
      invocation.end();
      await flush?.();
      inFlight -= 1;
      idleSince = { now: clock.now(), monotonic: clock.monotonic() };
      if (before && activeResources && overlaps === overlapsBefore) reportLeft(before, activeResources());
    }
  }

  if (!streams) return (event, context) => handle(event, context, undefined);
  const streaming = (event: Event, stream: ResponseStream, context: LambdaContext) => handle(event, context, stream);
  return streamify(streaming) as unknown as LambdaHandler<Event, Result>; // only Lambda calls it, by its mark
}

/** A class: a getter in an object literal costs several times as much. */
class Invocation implements LambdaInvocation {
  readonly context: LambdaContext;
  readonly deadline: Deadline;
  readonly coldStart: boolean;
  readonly stream?: ResponseStream | undefined;
  readonly #clock: Clock;
  #controller: AbortController | undefined;
  #cancel: (() => void) | undefined;
  #hasEnded = false;

  constructor(
    context: LambdaContext,
    deadline: Deadline,
    coldStart: boolean,
    clock: Clock,
    stream: ResponseStream | undefined,
  ) {
    this.stream = stream;
    this.context = context;
    this.deadline = deadline;
    this.coldStart = coldStart;
    this.#clock = clock;
  }

  /** Made with its timer when the work first asks for it: most work does not. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      // Work that outlives its invocation gets no timer: nothing may be left behind.
      if (!this.#hasEnded) {
        this.#cancel = after(this.#clock, this.deadline.remainingMs(), () =>
          controller.abort(new DOMException("The invocation's deadline is near", 'TimeoutError')),
        );
      }
    }
    return this.#controller.signal;
  }

  end(): void {
    this.#hasEnded = true;
    this.#cancel?.();
  }
}

/**
 * Kinds that are no work: streams, signal listeners, and what ends within a turn of the event loop.
 */
const IGNORED = new Set(['TTYWrap', 'PipeWrap', 'SignalWrap', 'Immediate', 'TickObject', 'CloseReq']);

/** By kind: how many resources are active now that were not `before`. */
function leftRunning(before: readonly string[], now: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of now) if (!IGNORED.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const kind of before) if (counts[kind] !== undefined) counts[kind] -= 1;
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
