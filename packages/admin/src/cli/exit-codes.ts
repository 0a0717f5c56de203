import type { Run } from '../runs/run.ts';

/**
 * Exit codes: 64 is `EX_USAGE` and 75 `EX_TEMPFAIL` of sysexits(3), and shells report an interrupt
 * as 130.
 */
export const EXIT = {
  succeeded: 0,
  errored: 1,
  /** Succeeded, with records in quarantine. */
  withFailures: 2,
  usage: 64,
  /** Another run of the task is at work. */
  busy: 75,
  cancelled: 130,
} as const;

/** The exit code of a command that ends with this run. */
export function exitCodeOf({ status, failed = 0 }: Pick<Run, 'status'> & { readonly failed?: number }): number {
  if (status === 'succeeded') return failed > 0 ? EXIT.withFailures : EXIT.succeeded;
  return status === 'errored' ? EXIT.errored : EXIT.cancelled;
}
