import { UsageError } from '@twelvefold/core/internal';

/** The part of `twelvefold`'s command interface that the dead-letter commands use. */
export interface DlqIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Asks the user at the terminal; resolves with an empty text if the user gives no answer. Absent
   * without a terminal.
   */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Aborts when they press Ctrl-C: what is hidden is to be given back first. */
  readonly signal?: AbortSignal | undefined;
}

/** The parsed command line. */
export interface DlqInput {
  text(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

/** The command exits with 64. */
export function usage(message: string): Error {
  return new UsageError(message);
}
