import type { Clock } from '@twelvefold/core';
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
 * service.
 */
export function startSupervisor(options: SuperviseOptions & { readonly clock: Clock }): RunningSupervisor {
  const { clock, logger } = options;
  const ended = new AbortController();
  const loop = async () => {
    while (!ended.signal.aborted) {
      try {
        await supervise(options);
      } catch (error) {
        logger?.error('Cannot look after runs', { error });
      }
      await clock.sleep(EVERY_MS, ended.signal).catch(() => {}); // the loop's condition decides
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
