import type { ConfigError } from '../errors/config-error.ts';
import type { ConfigIo } from './config-io.ts';

/** sysexits.h: EX_CONFIG, and EX_UNAVAILABLE for stores that could not be asked. */
export const EXIT_CONFIG = 78;
const EXIT_UNAVAILABLE = 69;

/** Says what is wrong, grouped for people or as a line of JSON in a pipe, and gives the exit code for it. */
export function exitOf(error: ConfigError, { stderr, isTTY }: Pick<ConfigIo, 'stderr' | 'isTTY'>): number {
  stderr.write(isTTY === true ? `${error.message}\n` : `${JSON.stringify(error)}\n`);
  return exitCodeOf(error);
}

export function exitCodeOf({ retryable }: ConfigError): number {
  return retryable ? EXIT_UNAVAILABLE : EXIT_CONFIG;
}
