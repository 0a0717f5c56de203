import { UsageError } from '@twelvefold/core/internal';
import type { Command, CommandInput, CommandOption } from './command.ts';
import { splitArgs } from './split-args.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what follows a command's name.
 *
 * @throws UsageError naming everything that is wrong with it, and what is known.
 */
export function readInput(command: Command, args: readonly string[], env: Environment): CommandInput {
  const { positionals, texts, flags, faults: found } = splitArgs(args, command.options);
  const values = new Map<string, string>();
  const faults = [...found];

  for (const [at, { name }] of command.arguments.entries()) {
    const given = positionals[at];
    if (given) values.set(name, given);
    else faults.push(`<${name}> is missing`);
  }
  for (const extra of positionals.slice(command.arguments.length)) {
    faults.push(`unexpected argument ${JSON.stringify(extra)}`);
  }
  for (const [name, option] of Object.entries(command.options)) {
    if (option.value === undefined) continue;
    // An empty text is a fault that has been told; an empty variable counts as not set.
    const value = texts.get(name) ?? ((option.env && env[option.env]) || option.default);
    if (value) values.set(name, value);
    const fault = value ? valueFault(name, option, value) : undefined;
    if (fault) faults.push(fault);
    if (value === undefined && option.required) faults.push(absence(name, option));
  }
  if (faults.length > 0) throw new UsageError(faults.join('\n'));

  return {
    text: (name) => {
      const value = values.get(name);
      if (value === undefined) throw new TypeError(`Cannot read '${name}': the command does not require it`);
      return value;
    },
    optional: (name) => values.get(name),
    flag: (name) => flags.has(name),
  };
}

function valueFault(name: string, { pattern, expected }: CommandOption, value: string): string | undefined {
  if (!pattern || pattern.test(value)) return undefined;
  return `--${name} ${JSON.stringify(value)} must be ${expected ?? `like ${pattern}`}`;
}

function absence(name: string, { value, env }: CommandOption): string {
  return `--${name} is missing: give --${name} ${value}${env === undefined ? '' : ` or set ${env}`}`;
}
