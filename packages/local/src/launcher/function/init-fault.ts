import { exitError } from './function-errors.ts';
import type { FunctionError } from './result.ts';
import type { Instance } from './start-instance.ts';
import { EXPIRED, within } from './within.ts';

/** How long a process that reported a failed init may take to exit by itself. */
const INIT_EXIT_GRACE_MS = 1_000;

/** Waits until an instance takes invocations; resolves with why it does not. It is gone then. */
export async function initFault(limitMs: number, { api, child, ended }: Instance): Promise<FunctionError | undefined> {
  const outcome = await within(limitMs, Promise.race([api.idle(), ended]));
  const fault = api.initFault();
  const startError = child.startError();
  if (startError) {
    return { errorType: 'Runtime.InvalidEntrypoint', errorMessage: startError.message, phase: 'init' };
  }
  if (outcome === EXPIRED) {
    child.kill('SIGKILL');
    const seconds = (limitMs / 1_000).toFixed(2);
    const errorMessage = `Error: init timed out after ${seconds} seconds; an extension that registered must ask for its next event`;
    return { errorType: 'Sandbox.Timedout', errorMessage, phase: 'init', exit: (await ended).exit };
  }
  // Of several workers one is enough.
  if (!outcome) return undefined;
  if ((await within(INIT_EXIT_GRACE_MS, ended)) === EXPIRED) child.kill('SIGKILL');
  const { exit } = await ended;
  return fault ? { ...fault, phase: 'init', exit } : exitError(undefined, exit, 'init');
}
