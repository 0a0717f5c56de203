import type { DlqIo } from './command-io.ts';
import { usage } from './command-io.ts';

export interface Confirmation {
  io: DlqIo;
  /** What has to be typed. */
  name: string;
  /** What would happen. */
  what: string;
  /** What `--confirm` said. */
  given: string | undefined;
  /** What to do before. */
  hint?: string;
}

/**
 * Goes on when `--confirm` repeats the name, or whoever sits at the terminal types it. A wrong name is no reason to ask: the command line meant another queue.
 *
 * @throws Error with the code `USAGE`, saying what would have happened.
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
