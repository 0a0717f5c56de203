import type { Clock } from '@twelvefold/core';
import type { Json } from '../collection.ts';
import type { RunRecord, SegmentProgress } from '../runs/run.ts';
import type { Checkpoint, RunStore } from '../runs/run-store.ts';

export interface CheckpointsOptions {
  readonly store: Pick<RunStore, 'checkpoint'>;
  /** As the leg began it. */
  readonly run: RunRecord;
  readonly token: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly onProgress?: ((run: RunRecord) => void) | undefined;
}

/** The positions of a leg, saved behind the work that they stand for. */
export interface Checkpoints {
  /** The newest state of the record, as of the last write. */
  latest(): RunRecord;
  /** Fixes the number of segments, unless an earlier leg did. @returns the number */
  segments(wanted: number): number;
  of(segment: number): SegmentProgress;
  /** Counts a record that is done. Nothing is written. */
  advance(
    segment: number,
    record: { readonly position: Json; readonly scanned: number; readonly failed: boolean },
  ): void;
  /** The segment has no more records. */
  finish(segment: number): void;
  setTotal(total: number): void;
  /** Counts a write that a dry run did not make. */
  countWrite(name: string): void;
  /** A write, when half a second has passed since the last one began; otherwise `undefined`. */
  due(): Promise<void> | undefined;
  /** The positions and counts to save. */
  state(): Omit<Checkpoint, 'token'>;
}

/** Two writes per second: a run of an hour costs 7,200 writes, whatever the number of records. */
const EVERY_MS = 500;

const NEW: SegmentProgress = { scanned: 0, matched: 0, failed: 0, fence: 0 };

type Mutable = { -readonly [K in keyof SegmentProgress]: SegmentProgress[K] };

export function createCheckpoints({ store, run, token, clock, onProgress }: CheckpointsOptions): Checkpoints {
  const startedAt = clock.monotonic();
  // The saved positions are where the leg begins: a leg that ends at once writes them back.
  let progress: Mutable[] = run.progress.map((segment) => ({ ...segment, fence: token }));
  let latest = run;
  let total: number | undefined;
  const writes: Record<string, number> = { ...run.writes };
  let writtenAt = startedAt;
  let writing: Promise<void> | undefined;

  const state = () => ({
    progress,
    durationMs: run.durationMs + clock.monotonic() - startedAt,
    total,
    ...(run.settings.dryRun && { writes }),
  });
  const write = async () => {
    writtenAt = clock.monotonic();
    latest = await store.checkpoint(run.id, { ...state(), token });
    onProgress?.(latest);
  };
  const at = (segment: number): Mutable => {
    const found = progress[segment];
    if (!found) throw new RangeError(`Cannot use segment ${segment}: the run has ${progress.length}`);
    return found;
  };
  return {
    latest: () => latest,
    segments(wanted) {
      if (progress.length === 0) progress = Array.from({ length: wanted }, () => ({ ...NEW, fence: token }));
      return progress.length;
    },
    of: at,
    advance(segment, { position, scanned, failed }) {
      const one = at(segment);
      one.position = position;
      one.scanned += scanned;
      one.matched += 1;
      if (failed) one.failed += 1;
    },
    finish(segment) {
      at(segment).done = true;
    },
    countWrite(name) {
      writes[name] = (writes[name] ?? 0) + 1;
    },
    setTotal(count) {
      total = count;
    },
    due() {
      if (writing === undefined && clock.monotonic() - writtenAt < EVERY_MS) return undefined;
      // Segments that come while one writes wait for it: their records would widen the window.
      writing ??= write().finally(() => {
        writing = undefined;
      });
      return writing;
    },
    state,
  };
}
