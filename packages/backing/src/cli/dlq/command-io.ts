import { UsageError } from '@twelvefold/core/internal';

/** What the commands need of whoever runs them: the part of `twelvefold`'s commands that this package has to know. */
export interface DlqIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks whoever sits at the terminal, with an empty answer when they give up; absent when nobody does. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Aborts when they press Ctrl-C: what is hidden is to be given back first. */
  readonly signal?: AbortSignal | undefined;
}

/** What was given on the command line. */
export interface DlqInput {
  text(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

/** The command exits with 64. */
export function usage(message: string): Error {
  return new UsageError(message);
}
