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

/** The codes with their meaning, for the help. */
export const EXIT_TEXTS: ReadonlyArray<[string, string]> = [
  ['0', 'the run succeeded'],
  ['1', 'it is errored'],
  ['2', 'it succeeded, with failed records in quarantine'],
  ['64', 'wrong command line or parameters, or not confirmed'],
  ['69', 'an endpoint is down'],
  ['75', 'another run of the task is at work'],
  ['78', 'config or bindings are missing'],
  ['130', 'it was paused, cancelled or interrupted'],
];

/** The exit code of a command that ends with this run. */
export function exitCodeOf({ status, failed = 0 }: Pick<Run, 'status'> & { readonly failed?: number }): number {
  if (status === 'succeeded') return failed > 0 ? EXIT.withFailures : EXIT.succeeded;
  return status === 'errored' ? EXIT.errored : EXIT.cancelled;
}
