import type { Lease, LockClient } from '@twelvefold/backing';
import type { Clock, Deadline, Duration } from '@twelvefold/core';
import { durationMs, systemClock, TwelvefoldError } from '@twelvefold/core';
import { NO_DEADLINE } from '@twelvefold/core/internal';
import type { Scope } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import { failSpan } from '@twelvefold/lifecycle/internal';
import type { Logger, Metrics } from '@twelvefold/logging';
import { ParamsInvalid } from '../params-invalid.ts';
import type { RunRecord, RunSettings } from '../runs/run.ts';
import { mayBegin } from '../runs/run-status.ts';
import type { RunStore } from '../runs/run-store.ts';
import { hideSecrets, missingSecrets } from '../secret-params.ts';
import type { AnyTask } from '../task.ts';
import { isCollectionTask } from '../task.ts';
import { validateParams } from '../validate-params.ts';
import { createCheckpoints } from './checkpoints.ts';
import type { LegResult } from './outcome.ts';
import { isCancellation, METRIC_OF, redactedResult, runError } from './outcome.ts';
import type { Pace } from './pace.ts';
import { createPace } from './pace.ts';
import { workOff } from './work-off.ts';

/** The facts about its run that a task's context is made with. */
export interface RunInfo {
  readonly id: string;
  /** 1 for the first leg. */
  readonly leg: number;
  /** When the run was asked for, e.g. `2026-11-30T03:00:00.000Z`. */
  readonly enqueuedAt: string;
  /**
   * The fencing token of the leg: `fenced(operation, ctx.fence)` refuses the writes of an earlier
   * one.
   */
  readonly fence: { readonly token: number };
  readonly settings: RunSettings;
  /** The validated parameters, secrets included. */
  readonly params: unknown;
  /** Counts a write that a dry run did not make. */
  onWrite(resource: string, method: string): void;
  /** Counts consumed capacity and throttled calls towards the task's `throttle`. */
  readonly pace: Pick<Pace, 'consumed' | 'throttled'>;
}

export interface RunLegOptions<C> {
  readonly task: AnyTask;
  readonly store: RunStore;
  /** The id of the run. */
  readonly run: string;
  /** Makes the task's context, once per leg and segment, inside the run's scope. */
  makeContext(scope: Scope, run: RunInfo): C | Promise<C>;
  /** Where the leg runs, e.g. `lambda orders-prod-backfill`: shown by the record. */
  readonly host: string;
  /** The component's name in logs and AWS calls. @defaultValue the task's name */
  readonly component?: string;
  /** Parameters that the record does not have. @defaultValue none */
  readonly secrets?: Readonly<Record<string, unknown>>;
  /** Stops the leg behind the record that it works on: a shutdown. @defaultValue never */
  readonly drainSignal?: AbortSignal;
  /** Pauses the run behind the record that it works on: a person's Ctrl-C. @defaultValue never */
  readonly pauseSignal?: AbortSignal;
  /** Ends the leg at once. @defaultValue never */
  readonly signal?: AbortSignal;
  /** Fails the run at once with its reason: an error that nothing caught. @defaultValue never */
  readonly failSignal?: AbortSignal;
  /** The leg stops before it. @defaultValue none */
  readonly deadline?: Deadline;
  /**
   * How long to wait while another run of the task is at work. A lease that has run out is waited
   * for in any case, two leases at most: its holder has died.
   * @defaultValue '0s'
   */
  readonly wait?: Duration;
  /** Receives the record after each checkpoint. */
  readonly onProgress?: (run: RunRecord) => void;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** For the answers of the lock's table while a lease is watched. */
const WATCH_MARGIN_MS = 2_000;

/**
 * Works on a run until its end, a pause or the host's deadline: one leg. The leg holds the task's
 * lease and writes with its fencing token, so that a second leg of the run is refused and an
 * earlier
 * one cannot go on.
 *
 * A failure of the task is a record with status `errored`, not a rejection.
 *
 * @returns the record as the leg leaves it; as it is, for a run that is paused or has ended
 * @throws TwelvefoldError `LOCK_HELD` when another leg or run of the task is at work, `LOCK_LOST`
 * when the
 * leg was overtaken, `RUN_NOT_FOUND`.
 * @example
 * ```ts
 * const { status } = await runLeg({
 *   task: recalculateTotals,
 *   store,
 *   run: id,
 *   host: 'laptop',
 *   makeContext: (scope, { fence }) => ({ signal: scope.signal, fence }),
 * });
 * ```
 */
export async function runLeg<C>(options: RunLegOptions<C>): Promise<RunRecord> {
  const { task, store, run: id, signal } = options;
  const found = await store.get(id, { signal });
  if (found.task !== task.name) {
    throw new TwelvefoldError('RUN_REFUSED', `Cannot begin a leg of run ${id}: it is one of task '${found.task}'`);
  }
  if (!mayBegin(found.status)) return found;
  return underLease(options, (lease, token) => leg(lease, token, options));
}

/** Holds what keeps other legs away, and hands on the token of this one. */
async function underLease<C>(
  options: RunLegOptions<C>,
  work: (lease: Lease, token: number) => Promise<RunRecord>,
): Promise<RunRecord> {
  const { task, store, run, signal } = options;
  const locks = store.locks(`run ${run}`);
  const { concurrency = 1 } = task;
  const hold = async (name: string, under: (lease: Lease) => Promise<RunRecord>) =>
    locks.withLock(name, under, { wait: await waitFor(name, locks, options), ...(signal && { signal }) });
  if (concurrency === 1) return hold(`task/${task.name}`, (lease) => work(lease, lease.token));
  return hold(`leg/${run}`, async () => {
    for (let slot = 1; ; slot += 1) {
      try {
        return await hold(`slot/${task.name}/${slot}`, async (lease) =>
          work(lease, await store.nextToken(task.name, { signal })),
        );
      } catch (error) {
        if (slot >= concurrency || !TwelvefoldError.isInstance(error, 'LOCK_HELD')) throw error;
      }
    }
  });
}

/**
 * A single try never takes a lock over, so a lease that has run out by the wall clock is watched.
 * The clock decides on the waiting only: the lock itself compares no wall clocks.
 */
async function waitFor<C>(name: string, locks: LockClient, options: RunLegOptions<C>): Promise<Duration> {
  const { wait = '0s', store, clock = systemClock, deadline = NO_DEADLINE, signal } = options;
  const { holder } = (await locks.inspect(name, { ...(signal && { signal }) })) ?? {};
  if (holder === undefined || Date.parse(holder.leaseUntil) > clock.now()) return wait;
  const leftMs = deadline.remainingMs();
  const takeOverMs = store.leaseMs + WATCH_MARGIN_MS;
  // Half of the time stays for the work, unless no leg of this length could take the lease over.
  const mostMs = leftMs > takeOverMs ? Math.max(takeOverMs, leftMs / 2) : leftMs / 2;
  const watchMs = Math.min(2 * store.leaseMs + WATCH_MARGIN_MS, mostMs);
  return durationMs(wait) > watchMs ? wait : `${Math.round(watchMs)}ms`;
}

async function leg<C>(lease: Lease, token: number, options: RunLegOptions<C>): Promise<RunRecord> {
  const { task, store, run: id, clock = systemClock, logger, metrics, host, deadline = NO_DEADLINE } = options;
  const { secrets = {} } = options;
  hideSecrets(secrets, logger?.redactor);
  const run = await store.begin(id, { token, host });
  const redact = (text: string) => logger?.redactor.text(text) ?? text;
  const fields = { task: task.name, runId: id, leg: run.leg };
  const checkpoints = createCheckpoints({ store, run, token, clock, onProgress: options.onProgress });
  const signal = lease.signal;
  const { drainSignal, failSignal } = options;
  /** Ends the work: the lease is lost, the host stops it, or the process ends with an error. */
  const workSignal = failSignal === undefined ? signal : AbortSignal.any([signal, failSignal]);
  const pace = createPace((isCollectionTask(task) && task.throttle) || {}, clock);
  const info = (params: unknown): RunInfo => {
    const { leg: number, settings } = run;
    const onWrite = (resource: string, method: string) => checkpoints.countWrite(`${resource}.${method}`);
    return { id, leg: number, enqueuedAt: run.enqueuedAt, fence: { token }, settings, params, pace, onWrite };
  };

  /** The end of the leg: what the task left, and why. */
  const work = async (scope: Scope): Promise<LegResult> => {
    if (checkpoints.latest().status !== 'running')
      return { outcome: 'yielded', detail: 'asked for before the leg began' };
    const missing = missingSecrets(task, run.params, secrets);
    if (missing.length > 0) {
      const reason = `a record never has it: resume run ${id} and give it again`;
      throw new ParamsInvalid(
        task.name,
        missing.map((field) => ({ field, reason })),
      );
    }
    const params = await validateParams(task, { ...run.params, ...secrets });
    if (!isCollectionTask(task)) {
      const ctx = await options.makeContext(scope, info(params));
      // The runtime's own context for the task that it belongs to.
      return { outcome: 'done', result: await task.run(params as never, ctx as never) };
    }
    return workOff({
      task,
      params,
      run,
      store,
      checkpoints,
      pace,
      clock,
      deadline,
      signal: workSignal,
      drainSignal,
      pauseSignal: options.pauseSignal,
      redact,
      onFailure: (error) => logger?.error('Task failed on a record', { ...fields, error }),
      makeContext: async () => options.makeContext(scope, info(params)) as never,
    });
  };

  let result: LegResult = { outcome: 'failed' };
  let cause: unknown;
  const init = { kind: 'task' as const, component: options.component ?? task.name, correlationId: run.correlationId };
  try {
    await runInScope({ ...init, signal: workSignal, deadline, ...(drainSignal && { drainSignal }) }, async (scope) => {
      logger?.info('Task started', fields);
      try {
        result = await unlessFailed(work(scope), failSignal);
      } catch (error) {
        cause = error;
        result = endOf(error, signal, options);
        if (result.outcome === 'failed') failSpan(scope, error);
      }
    });
  } catch (error) {
    // The end of the scope belongs to the run: what it could not settle is a failure.
    if (result.outcome === 'done') result = { outcome: 'failed' };
    cause ??= error;
    logger?.error('Cannot end task cleanly', { ...fields, correlation_id: run.correlationId, error });
  }
  // A leg that was overtaken has no say any more.
  if (TwelvefoldError.isInstance(cause, 'LOCK_LOST')) throw cause;
  if (TwelvefoldError.isInstance(signal.reason, 'LOCK_LOST')) throw signal.reason;
  const ended = await store.end(id, {
    ...checkpoints.state(),
    token,
    outcome: result.outcome,
    detail: result.detail,
    ...(result.outcome === 'done' && { result: redactedResult(result.result, redact) }),
    ...(result.outcome === 'failed' && { error: runError(cause, redact) }),
  });
  // The process has logged the error that ends it.
  report(ended, failSignal?.aborted ? undefined : cause, logger, metrics);
  return ended;
}

/** Rejects with the reason of `signal`, also while the work does not heed it. */
function unlessFailed<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', fail));
  });
}

/** An error that came of a stop is a stop. */
function endOf<C>(error: unknown, signal: AbortSignal, { pauseSignal, signal: outer }: RunLegOptions<C>): LegResult {
  const stopped = isCancellation(error, signal) || (outer !== undefined && isCancellation(error, outer));
  if (!stopped) return { outcome: 'failed' };
  if (pauseSignal?.aborted) return { outcome: 'paused', detail: 'interrupted by a person' };
  return { outcome: 'yielded', detail: 'stopped in the middle of a record' };
}

function report(run: RunRecord, error: unknown, logger: Logger | undefined, metrics: Metrics | undefined): void {
  const { task, id, leg, status, durationMs, scanned, matched, failed, correlationId } = run;
  // The scope, which names the correlation in its lines, has ended.
  const fields = { task, runId: id, correlation_id: correlationId, leg, status, durationMs, scanned, matched, failed };
  if (status === 'errored') logger?.error('Task failed', { ...fields, error });
  else if (status === 'succeeded') logger?.info('Task succeeded', fields);
  else logger?.warn(`Task ${status}`, fields);
  if (status !== 'succeeded' && status !== 'errored' && status !== 'cancelled') return;
  metrics
    ?.addDimension('task', task)
    .addMetric(METRIC_OF[status], 'Count', 1)
    .addMetric('taskDuration', 'Milliseconds', durationMs);
}
