interface Output {
  /** Whether standard output is a terminal. */
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** The process, as far as the command line needs it. */
export interface CliProcess {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly version: string;
  readFile(path: string): Promise<string>;
  /** Aborts when the process is to stop. */
  readonly stopped: AbortSignal;
}
