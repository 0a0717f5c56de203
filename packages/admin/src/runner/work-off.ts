import type { Clock, Deadline } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { messageOf } from '@twelvefold/core/internal';
import type { Collection, CollectionRecord, Json, ReadOptions } from '../collection.ts';
import { isCollection } from '../collection.ts';
import type { RunRecord } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { AnyCollectionTask, AnyTask } from '../task.ts';
import { isCollectionTask } from '../task.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { LegResult } from './outcome.ts';
import { isCancellation, runError } from './outcome.ts';
import type { Pace } from './pace.ts';

export interface WorkOffOptions {
  readonly task: AnyCollectionTask;
  readonly params: unknown;
  readonly run: RunRecord;
  readonly store: RunStore;
  readonly checkpoints: Checkpoints;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** Ends the leg at once. */
  readonly signal: AbortSignal;
  readonly drainSignal: AbortSignal | undefined;
  readonly pauseSignal: AbortSignal | undefined;
  redact(text: string): string;
  onFailure(error: unknown): void;
  makeContext(): Promise<never>;
}

const DEFAULT_MAX_FAILURES = 100;
/** The least that is kept of the time for the last checkpoint and the end of the record. */
const LEAST_RESERVE_MS = 100;

/**
 * Works on the records of a task's collection, segment by segment side by side, until the end of
 * all or a reason to stop.
 */
export async function workOff(options: WorkOffOptions): Promise<LegResult> {
  const { task, run, store, checkpoints, pace, clock, deadline, signal, drainSignal, pauseSignal } = options;
  const { maxFailures = DEFAULT_MAX_FAILURES } = task;
  const { canary, retryOf } = run.settings;
  const segments = checkpoints.segments(retryOf === undefined ? (task.segments ?? 1) : 1);
  let stop: LegResult | undefined;
  let handed = run.matched;
  let failures = run.failed;
  /** The longest record of this leg: the reserve before the deadline follows it. */
  let slowestMs = 0;

  const reasonToStop = (): LegResult | undefined => {
    const { status } = checkpoints.latest();
    if (status === 'pausing' || status === 'cancelling') return { outcome: 'yielded', detail: status };
    if (pauseSignal?.aborted) return { outcome: 'paused', detail: 'interrupted by a person' };
    if (drainSignal?.aborted) return { outcome: 'yielded', detail: messageOf(drainSignal.reason) };
    if (canary !== undefined && handed >= canary && run.matched < canary) {
      return { outcome: 'paused', detail: `canary of ${canary} records` };
    }
    const leftMs = deadline.remainingMs();
    if (leftMs < Math.max(LEAST_RESERVE_MS, 2 * slowestMs)) return { outcome: 'yielded', detail: 'deadline' };
    return undefined;
  };

  const workOnSegment = async (segment: number): Promise<void> => {
    const { position: after, done } = checkpoints.of(segment);
    if (done) return;
    const ctx = await options.makeContext();
    const collection = await collectionOf(options, ctx);
    if (segment === 0 && collection.count && run.total === undefined) {
      const total = await collection.count({ signal });
      if (total !== undefined) checkpoints.setTotal(total);
    }
    stop ??= reasonToStop();
    if (stop) return;
    for await (const record of collection.read({ ...(after !== undefined && { after }), segment, segments, signal })) {
      stop ??= reasonToStop();
      if (stop) return;
      const admission = pace.admit(signal);
      if (admission) {
        await admission;
        stop ??= reasonToStop();
        if (stop) return;
      }
      const startedAt = clock.monotonic();
      handed += 1;
      const failed = await work(record, ctx);
      slowestMs = Math.max(slowestMs, clock.monotonic() - startedAt);
      const { position, scanned = 1 } = record;
      checkpoints.advance(segment, { position, scanned, failed });
      signal.throwIfAborted(); // a collection need not heed the signal, and the leg may have ended
      const checkpoint = checkpoints.due();
      if (checkpoint) await checkpoint;
    }
    checkpoints.finish(segment);
  };

  /** Works on one record. @returns whether it went into quarantine */
  const work = async ({ value, position }: CollectionRecord<never>, ctx: never): Promise<boolean> => {
    try {
      const working = task.each(value, ctx);
      if (isThenable(working)) await working;
    } catch (error) {
      if (signal.aborted && isCancellation(error, signal)) throw error;
      if (TwelvefoldError.isInstance(error, 'LOCK_LOST')) throw error;
      const failure = { position, value: asJson(value), error: runError(error, options.redact) };
      // Before the position passes it: a failure is never lost.
      const at = new Date(clock.now()).toISOString();
      await store.addFailure(retryOf ?? run.id, { ...failure, at });
      failures += 1;
      options.onFailure(error);
      if (failures > maxFailures) {
        const message = `Cannot go on: ${failures} records failed, 'maxFailures' is ${maxFailures}; the last one: ${messageOf(error)}`;
        throw new TwelvefoldError('TOO_MANY_FAILURES', message, { cause: error });
      }
      return true;
    }
    if (retryOf !== undefined) await store.resolveFailure(retryOf, position);
    return false;
  };

  // All are waited for: no segment works on while the leg says that it has ended.
  const ends = await Promise.allSettled(
    Array.from({ length: segments }, async (_, segment) => {
      try {
        await workOnSegment(segment);
      } catch (error) {
        stop ??= { outcome: 'failed' };
        throw error;
      }
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  if (stop) return stop;
  const { progress } = checkpoints.state();
  const result = { scanned: 0, matched: 0, failed: 0 };
  for (const { scanned, matched, failed } of progress) {
    result.scanned += scanned;
    result.matched += matched;
    result.failed += failed;
  }
  return { outcome: 'done', result };
}

/**
 * The number of records of a task over a collection, where it can count them.
 *
 * @param params - validated by the task's schema
 */
export async function collectionCount(
  task: AnyTask,
  params: unknown,
  ctx: unknown,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (!isCollectionTask(task)) return undefined;
  const collection: unknown = await task.over(params as never, ctx as never); // as the runtime makes them
  return isCollection(collection) ? collection.count?.({ signal }) : undefined;
}

async function collectionOf({ task, params, run, store }: WorkOffOptions, ctx: never): Promise<Collection<never>> {
  const collection: unknown = await task.over(params as never, ctx); // validated by this very schema
  if (!isCollection(collection)) {
    throw new TypeError(`Cannot run task '${task.name}': 'over' gave no collection, an object with read()`);
  }
  const all = collection as Collection<never>; // of the task's own type
  const { retryOf } = run.settings;
  return retryOf === undefined ? all : quarantined(all, retryOf, run.enqueuedAt, store);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** The record for a later retry; absent when JSON cannot hold it. */
function asJson(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as Json;
  } catch {
    return null;
  }
}

/**
 * The failed records of a run as a collection: each as the collection has it today, where it can
 * reload one, otherwise as it was when it failed.
 *
 * A position is that of the record in its collection, so that a success takes it out of quarantine.
 * One that fails again has a time behind `before` from then on: it is tried once per run.
 */
function quarantined<T>(collection: Collection<T>, run: string, before: string, store: RunStore): Collection<T> {
  return {
    // From the first one at each start: what has succeeded is no longer there.
    async *read({ signal }: ReadOptions): AsyncIterable<CollectionRecord<T>> {
      for await (const { value, position, at } of store.failures(run, { signal })) {
        if (at > before) return;
        const failed = value as T; // as the collection gave it
        const record = collection.reload ? await collection.reload(failed, { ...(signal && { signal }) }) : failed;
        if (record === undefined) {
          await store.resolveFailure(run, position, { signal });
          continue;
        }
        yield { value: record, position };
      }
    },
  };
}
