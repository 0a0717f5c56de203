import type { Clock } from '@twelvefold/core';
import { createDueRuns } from './create-due-runs.ts';
import type { SuperviseOptions } from './supervise.ts';
import { supervise } from './supervise.ts';

/** A supervisor in a process. */
export interface RunningSupervisor {
  /** Ends it behind the look that is in progress. */
  stop(): Promise<void>;
}

const EVERY_MS = 60_000;

/**
 * Looks after runs once a minute in this process, where no function does: on a laptop, or in a
 * service. With `schedules` it also starts what is due, at each full minute and in the minute of
 * the start.
 */
export function startSupervisor(
  options: SuperviseOptions & {
    readonly clock: Clock;
    /** @defaultValue false: EventBridge Scheduler invokes the supervisor's function */
    readonly schedules?: boolean;
  },
): RunningSupervisor {
  const { clock, logger, schedules = false } = options;
  const ended = new AbortController();
  const loop = async () => {
    // Just before the minute that has begun.
    let lookedMs = clock.now() - (clock.now() % EVERY_MS) - 1;
    while (!ended.signal.aborted) {
      try {
        if (schedules) {
          const nowMs = clock.now();
          await createDueRuns(options, lookedMs);
          lookedMs = nowMs;
        }
        await supervise(options);
      } catch (error) {
        logger?.error('Cannot look after runs', { error });
      }
      const waitMs = schedules ? EVERY_MS - (clock.now() % EVERY_MS) : EVERY_MS;
      await clock.sleep(waitMs, ended.signal).catch(() => {}); // the loop's condition decides
    }
  };
  const running = loop();
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}
