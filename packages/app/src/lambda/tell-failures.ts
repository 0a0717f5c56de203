import { toError } from '@twelvefold/core/internal';
import type { Logger } from '@twelvefold/logging';
import type { Work } from './component-work.ts';
import { RefusedEvent } from './refused-event.ts';

/** Why an invocation failed: its event was of another kind, its time was over, or what it ran threw. */
export type FailureClass = 'event' | 'timeout' | 'handler';

/** Work that says, in one line of its own, why an invocation failed; Lambda's own line has the error alone. */
export function tellFailures(work: Work, logger: Logger): Work {
  return async (event, invocation) => {
    try {
      return await work(event, invocation);
    } catch (error) {
      const failure: FailureClass =
        error instanceof RefusedEvent ? 'event' : invocation.deadline.remainingMs() <= 0 ? 'timeout' : 'handler';
      logger.error('invocation failed', { failure, cold_start: invocation.coldStart, error: toError(error) });
      throw error;
    }
  };
}
