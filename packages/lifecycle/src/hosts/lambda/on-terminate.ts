import type { Lifecycle } from '../../lifecycle.ts';
import type { ShutdownReport } from '../../shutdown-report.ts';

/**
 * Milliseconds between SIGTERM and SIGKILL that are used, of the 500 that a runtime with an
 * internal extension has.
 */
export const TERMINATE_BUDGET_MS = 300;

/** The part of `process` that ending needs; tests pass their own. */
export interface TerminatingProcess {
  readonly pid: number;
  once(event: 'SIGTERM', listener: () => void): unknown;
  removeAllListeners(event: 'SIGTERM'): unknown;
  kill(pid: number, signal: 'SIGTERM'): unknown;
}

/**
 * On SIGTERM stops the lifecycle and ends the process. Lambda may end an environment without the
 * signal; every invocation has ended flushed by then.
 *
 * The end is the signal itself, sent again without listeners: AWS's runtime client waits for its
 * next invocation in a thread, and `process.exit` would wait for that thread until SIGKILL.
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
      .finally(() => {
        process.removeAllListeners('SIGTERM');
        process.kill(process.pid, 'SIGTERM');
      });
  });
}
