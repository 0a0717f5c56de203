import { toError } from '@twelvefold/core/internal';
import type { Logger } from '@twelvefold/logging';
import { startupExitCode } from './startup-error.ts';

export interface FailureReportOptions {
  readonly logger: Pick<Logger, 'critical' | 'redactor'>;
  /** Where people read; `undefined` if standard output is a pipe. */
  readonly terminal: { write(text: string): unknown } | undefined;
}

/**
 * Reports each error that ends a service once. On a terminal a start that config, bindings or the
 * endpoint keep from succeeding is a block of text with the error's own lines; everything else is a
 * line of the log.
 */
export function failureReport({ logger, terminal }: FailureReportOptions): (error: unknown, origin: string) => void {
  const reported = new Set<unknown>();
  return (error, origin) => {
    if (reported.has(error)) return;
    reported.add(error);
    const failure = toError(error);
    // Exit code 1 is for errors of the program, whose stack the log prints.
    if (terminal !== undefined && origin === 'start' && startupExitCode(error) !== 1) {
      terminal.write(`${logger.redactor.text(failure.message)}\n`);
      return;
    }
    logger.critical(`${origin} failed: ${failure.message}`, { error: failure });
  };
}
