import { stderr } from 'node:process';
import { messageOf, toError } from '@twelvefold/core/internal';

/**
 * Gives errors of background work to `onError`; without it each is a line on standard error. An
 * `onError` that throws does not end the work.
 */
export function errorReporter(onError: ((error: Error) => void) | undefined): (thrown: unknown) => void {
  const write = (error: Error) => stderr.write(`${error.message}\n`);
  return (thrown) => {
    const error = toError(thrown);
    if (onError === undefined) {
      write(error);
      return;
    }
    try {
      onError(error);
    } catch (failure) {
      write(error);
      write(new Error(`The onError of a mapping failed: ${messageOf(failure)}`));
    }
  };
}
