import { TwelvefoldError } from '@twelvefold/core';
import { UsageError } from '@twelvefold/core/internal';
import { startupExitCode } from '../runtime/startup-error.ts';
import type { Command, CommandIo } from './command.ts';
import { commandHelp, commandList } from './help.ts';
import { readInput } from './read-input.ts';

/** sysexits.h: EX_USAGE. */
const EXIT_USAGE = 64;

export interface DispatchOptions {
  commands: readonly Command[];
  /** The arguments after the program's name. */
  argv: readonly string[];
  io: CommandIo;
  version: string;
}

/** Runs the command that the command line names. Resolves with the exit code, never rejects. */
export async function dispatch({ commands, argv, io, version }: DispatchOptions): Promise<number> {
  try {
    const command = findCommand(commands, argv);
    if (command) {
      const args = argv.slice(command.name.split(' ').length);
      if (asksForHelp(args)) {
        io.stdout.write(commandHelp(command));
        return 0;
      }
      return await command.run(readInput(command, args, io.env), io);
    }
    const [first, ...rest] = argv;
    if (first === '--version') {
      io.stdout.write(`${version}\n`);
      return 0;
    }
    const group = commands.filter(({ name }) => name.startsWith(`${first} `));
    if (first === '--help' || first === '-h' || (group.length > 0 && asksForHelp(rest))) {
      io.stdout.write(commandList(group.length > 0 ? group : commands));
      return 0;
    }
    if (first === undefined) {
      io.stderr.write(commandList(commands));
      return EXIT_USAGE;
    }
    throw new UsageError(unknown(commands, argv, group));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    // Several faults of one command line are several lines.
    const lines = UsageError.isInstance(error) ? text.split('\n') : [text];
    for (const line of lines) io.stderr.write(`twelvefold: ${line}\n`);
    if (io.isTTY && TwelvefoldError.isInstance(error) && !UsageError.isInstance(error)) {
      io.stderr.write(`twelvefold: ${error.code}: ${error.docs}\n`);
    }
    return exitCodeOf(error);
  }
}

/** The command whose words the command line begins with. */
function findCommand(commands: readonly Command[], argv: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, at) => argv[at] === word));
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

function unknown(commands: readonly Command[], argv: readonly string[], group: readonly Command[]): string {
  const [first = '', second] = argv;
  if (first.startsWith('-'))
    return `unknown option ${first}; known: --help, --version, and each command's own behind it`;
  const words = group.length > 0 && second !== undefined ? `${first} ${second}` : first;
  const known = (group.length > 0 ? group : commands).map(({ name }) => name);
  return `unknown command ${JSON.stringify(words)}; known: ${known.join(', ')}`;
}

/**
 * The exit code of a failed command: 64 for wrong usage, 78 for config, 69 for an endpoint that is
 * down, else 1.
 */
function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return 1;
  if (UsageError.isInstance(error)) return EXIT_USAGE;
  const code = startupExitCode(error);
  // A user's module that fails while it is imported is the cause of the loader's error.
  return code === 1 && error.cause !== undefined ? startupExitCode(error.cause) : code;
}
