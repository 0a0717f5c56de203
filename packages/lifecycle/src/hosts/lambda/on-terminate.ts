import type { Lifecycle } from '../../lifecycle.ts';
import type { ShutdownReport } from '../../shutdown-report.ts';

/** What a function may spend between SIGTERM and SIGKILL, of the 500 ms that Lambda gives a runtime with an internal extension. */
export const TERMINATE_BUDGET_MS = 300;

/** The part of `process` that ending needs; tests pass their own. */
export interface TerminatingProcess {
  once(event: 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * On SIGTERM, stops the lifecycle and ends the process: a bonus, because Lambda may end an environment without it. Every
 * invocation has ended flushed by then.
 */
export function onTerminate(
  process: TerminatingProcess,
  lifecycle: Lifecycle,
  onReport: (report: ShutdownReport) => void,
): void {
  process.once('SIGTERM', () => {
    void lifecycle
      .stop('SIGTERM')
      .then(onReport)
      .catch(() => undefined) // a report that cannot be written must not keep the process
      .finally(() => process.exit(0));
  });
}
