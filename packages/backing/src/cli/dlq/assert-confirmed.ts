import type { DlqIo } from './command-io.ts';
import { usage } from './command-io.ts';

export interface Confirmation {
  io: DlqIo;
  /** The name that the user has to type. */
  name: string;
  /** The consequence, for the question and the error. */
  what: string;
  /** The value of `--confirm`. */
  given: string | undefined;
  /** Advice to add to the error. */
  hint?: string;
}

/**
 * Returns if `--confirm` has the name, or if the user types it at the terminal. A wrong name in
 * `--confirm` is an error, not a question: the command line meant another queue.
 *
 * @throws Error with the code `USAGE`; its message names the consequence.
 */
export async function assertConfirmed({ io, name, what, given, hint }: Confirmation): Promise<void> {
  if (given === name) return;
  if (given === undefined && io.ask) {
    io.stderr.write(`${what}\n`);
    const typed = await io.ask(`Type ${name} to go on: `);
    if (typed.trim() === name) return;
    throw usage(`${name} was not typed: nothing was done`);
  }
  throw usage(`${what}: ${hint === undefined ? '' : `${hint}, then `}say --confirm ${name}`);
}
