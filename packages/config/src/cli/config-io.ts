import type { Aws } from '@twelvefold/aws';

/** What the commands need of whoever runs them: the part of `twelvefold`'s commands that this package has to know. */
export interface ConfigIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** True when people read standard output: progress and tables are for them, a pipe gets JSON. @defaultValue false */
  readonly isTTY?: boolean;
  /** Asks whoever sits at the terminal; absent when nobody does. */
  readonly ask?: (question: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The export `name` of a module of the user's. */
  load(module: string, name: string): Promise<unknown>;
  readFile(path: string): Promise<string | undefined>;
  /** `exclusive`: rejects with `EEXIST` when there is one. `mode`: as in `chmod`. */
  writeFile(
    path: string,
    text: string,
    options?: { readonly exclusive?: boolean; readonly mode?: number },
  ): Promise<void>;
  /** The port to AWS. @defaultValue one made from `env` */
  readonly aws?: Aws;
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly now?: () => number;
  /** Waits between writes. @defaultValue the system's clock */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** What was given on the command line. */
export interface ConfigInput {
  text(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

/** The port that a command talks through. The SDK is loaded by the first call. */
export async function portOf({ aws, env }: ConfigIo): Promise<Aws> {
  if (aws !== undefined) return aws;
  const { createAws } = await import('@twelvefold/aws');
  return createAws({ env }).as('cli');
}
