import { UsageError } from '@twelvefold/core/internal';
import { startupExitCode } from '../runtime/startup-error.ts';

/** sysexits.h: EX_USAGE. */
export const EXIT_USAGE = 64;

/** The exit code that a failed command deserves: 64 for wrong usage, 78 for config, 69 for an endpoint that is down, else 1. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return 1;
  if (UsageError.isInstance(error)) return EXIT_USAGE;
  const code = startupExitCode(error);
  // A module of the user's that fails while it is imported is the cause of the error that says so.
  return code === 1 && error.cause !== undefined ? startupExitCode(error.cause) : code;
}
