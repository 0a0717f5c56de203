import { toError } from '@twelvefold/core/internal';
import type { CallLog } from './call-log.ts';
import type { Clock } from './clock.ts';

/** Work that goes on after its call was answered: deliveries, rotations, move tasks, timers. */
export interface Background {
  /**
   * Runs `work` now. A failure, also of a promise that it returns, is logged and recorded; it never
   * throws.
   */
  run(service: string, work: () => unknown): void;
  /**
   * The endpoint's clock for one service; a callback that fails is handled as by {@link
   * Background.run}.
   */
  clockFor(service: string): Clock;
}

/** Where failures go. */
interface FailureSinks {
  readonly clock: Clock;
  readonly calls: CallLog;
  readonly log: (line: string) => void;
}

/** The operation that the call log shows for background work. */
const OPERATION = 'Background';

/**
 * An unhandled error would end the process that the endpoint runs in, which is often a user's test
 * run.
 */
export function createBackground({ clock, calls, log }: FailureSinks): Background {
  const clocks = new Map<string, Clock>();
  const report = (service: string, thrown: unknown) => {
    const error = toError(thrown);
    log(`twelvefold-local: background work of ${service} failed: ${error.stack ?? error.message}`);
    calls.add({
      atMs: clock.now(),
      service,
      operation: OPERATION,
      touched: [],
      component: undefined,
      accessKeyId: '',
      principal: '',
      status: 500,
      error: `${error.name}: ${error.message}`,
      durationMs: 0,
    });
  };
  const run = (service: string, work: () => unknown): void => {
    try {
      const result = work();
      if (result instanceof Promise) result.catch((error: unknown) => report(service, error));
    } catch (error) {
      report(service, error);
    }
  };
  const createClockFor = (service: string): Clock => ({
    now: () => clock.now(),
    after: (ms, callback) => clock.after(ms, () => run(service, callback)),
  });
  return {
    run,
    clockFor: (service) => {
      const serviceClock = clocks.get(service) ?? createClockFor(service);
      clocks.set(service, serviceClock);
      return serviceClock;
    },
  };
}
