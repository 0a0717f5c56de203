/** Where a command writes. */
interface CommandOutput {
  write(text: string): unknown;
}

/** The streams and functions that a command uses. A command does not touch the process itself. */
export interface CommandIo {
  /** Only for results. */
  readonly stdout: CommandOutput;
  readonly stderr: CommandOutput;
  /** True when people read standard output: in a pipe nothing but the result is said. */
  readonly isTTY: boolean;
  /**
   * Asks the user at the terminal; resolves with an empty text if the user gives no answer. Absent
   * without a terminal.
   */
  readonly ask?: (question: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Aborts on the first Ctrl-C, the second ends the process. A command that never reads it is ended
   * by the first.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * The export `name` of a module of the user's, built or TypeScript; the path is relative to the
   * working directory.
   */
  load(module: string, name: string): Promise<unknown>;
  /** The text of a file, or `undefined` when there is none. */
  readFile(path: string): Promise<string | undefined>;
  /**
   * `exclusive`: rejects with `EEXIST` when there is one. `mode`: as in `chmod`, for one that is
   * there already too.
   */
  writeFile(
    path: string,
    text: string,
    options?: { readonly exclusive?: boolean; readonly mode?: number },
  ): Promise<void>;
}

/** Something that is given by its place, after the command's name. */
interface CommandArgument {
  readonly name: string;
  readonly description: string;
}

export interface CommandOption {
  readonly description: string;
  /** The placeholder for the value in the help, e.g. `STAGE`. An option without it is a switch. */
  readonly value?: string;
  readonly default?: string;
  /** The environment variable that is read when the option is not given. */
  readonly env?: string;
  /** @defaultValue false */
  readonly required?: boolean;
  /** The pattern that a value must match, and its description for the error. */
  readonly pattern?: RegExp;
  readonly expected?: string;
}

/** The parsed input of a command, checked against its declaration. */
export interface CommandInput {
  /**
   * An argument, or an option that is required or has a default. @throws TypeError for any other
   */
  text(name: string): string;
  /** An option that may be absent. */
  optional(name: string): string | undefined;
  /** Whether a switch is on. */
  flag(name: string): boolean;
}

/**
 * A command of `twelvefold`, as data. Packages export objects of this shape; it is structural, so
 * none needs this package for it. A command throws to exit with 1, or with 64 when the error's
 * `code` is `USAGE`.
 */
export interface Command {
  /** Its words, e.g. `config plan`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Further text for its help. */
  readonly details?: string;
  /** All of them are required. */
  readonly arguments: readonly CommandArgument[];
  /** By name, without the hyphens. Every command also has `--help`. */
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Resolves with the exit code. */
  run(input: CommandInput, io: CommandIo): Promise<number>;
}
