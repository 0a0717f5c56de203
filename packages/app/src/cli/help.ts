import { align } from './align.ts';
import type { Command, CommandOption } from './command.ts';

/** All commands, one line each. */
export function commandList(commands: ReadonlyArray<Pick<Command, 'name' | 'summary'>>): string {
  return [
    'Usage: twelvefold <command> [options]',
    '',
    'Commands:',
    ...indented(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...indented([
      ['--version', 'Print the version'],
      ['--help', "Show this; after a command, that command's help"],
    ]),
    '',
    'Exit codes: 0 done, 1 failed, 64 wrong usage, 78 invalid config.',
    '',
  ].join('\n');
}

/** The help of one command: its purpose, arguments and options. */
export function commandHelp(command: Command): string {
  const required = Object.entries(command.options).filter(([, option]) => option.required && option.env === undefined);
  const usage = [
    `twelvefold ${command.name}`,
    ...command.arguments.map(({ name }) => `<${name}>`),
    ...required.map(([name, option]) => optionText(name, option)),
    '[options]',
  ];
  return [
    `Usage: ${usage.join(' ')}`,
    '',
    `${command.summary}.${command.details === undefined ? '' : ` ${command.details}`}`,
    ...(command.arguments.length === 0
      ? []
      : ['', 'Arguments:', ...indented(command.arguments.map(({ name, description }) => [name, description]))]),
    '',
    'Options:',
    ...indented([
      ...Object.entries(command.options).map(([name, option]): [string, string] => [
        optionText(name, option),
        `${option.description}${notes(option)}`,
      ]),
      ['--help', 'Show this'],
    ]),
    '',
  ].join('\n');
}

function optionText(name: string, { value }: CommandOption): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function notes({ env, required, default: fallback }: CommandOption): string {
  if (env !== undefined) return ` (default: the environment's ${env})`;
  if (fallback !== undefined) return ` (default: ${fallback})`;
  return required ? ' (required)' : '';
}

function indented(rows: ReadonlyArray<readonly [string, string]>): string[] {
  return align(rows).map((line) => `  ${line}`);
}
