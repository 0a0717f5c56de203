import type { Clock } from '@twelvefold/core';
import type { Logger } from '@twelvefold/logging';
import { newRun } from '../launch/new-run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { schedulesOf } from '../schedule.ts';
import type { AnyTask } from '../task.ts';
import { isDue } from './is-due.ts';

interface DueOptions {
  readonly store: Pick<RunStore, 'create'>;
  readonly tasks: readonly AnyTask[];
  readonly by: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
}

const MINUTE_MS = 60_000;
/** A laptop that slept for a night does not make up for it. */
const MISSED_MS = 2 * MINUTE_MS;

/**
 * Writes the runs of schedules that were due after `afterMs`, up to now, for this process to work
 * on. The schedule and its minute are the key, so a minute that is looked at twice is one run.
 */
export async function createDueRuns(options: DueOptions, afterMs: number): Promise<void> {
  const { store, tasks, by, clock, logger, signal } = options;
  const nowMs = clock.now();
  const first = Math.floor(Math.max(afterMs, nowMs - MISSED_MS) / MINUTE_MS) + 1;
  for (let minuteMs = first * MINUTE_MS; minuteMs <= nowMs; minuteMs += MINUTE_MS) {
    for (const task of tasks) {
      for (const [index, schedule] of schedulesOf(task.schedule).entries()) {
        if (!isDue(schedule, minuteMs)) continue;
        try {
          const tick = {
            // The same after a restart in the same minute.
            scheduleArn: `schedule ${index + 1} of ${task.name}`,
            scheduledTime: new Date(minuteMs).toISOString(),
          };
          const { run } = await newRun(task, schedule.params ?? {}, { on: 'here', caller: by, tick, clock });
          await store.create(run, { ...(signal && { signal }) });
        } catch (error) {
          // One task whose parameters do not fit must not hold up the others.
          logger?.error('Cannot start the run of a schedule', { task: task.name, at: schedule.at, error });
        }
      }
    }
  }
}
