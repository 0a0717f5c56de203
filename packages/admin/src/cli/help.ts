import type { AnyTask } from '../task.ts';
import { describeParams } from './describe-params.ts';
import { EXIT_TEXTS } from './exit-codes.ts';
import { kebabCase } from './flag-name.ts';
import type { ParamInfo } from './param-info.ts';
import type { LAUNCH_FLAGS } from './parse-flags.ts';
import type { RUN_COMMANDS } from './run-commands.ts';

/** The tasks there are, one per line. */
export function listHelp(
  program: string,
  tasks: readonly AnyTask[],
  commands: Partial<typeof RUN_COMMANDS> = {},
): string {
  const runs = Object.entries(commands).map(([name, command]): [string, string] => [
    `${name} ${command?.usage ?? ''}`.trim(),
    command?.text ?? '',
  ]);
  const rows = tasks.map((task): [string, string] => [task.name, task.description ?? '']);
  return [
    `Usage: ${program} <task> [flags]`,
    '',
    ...(rows.length > 0 ? ['Tasks:', ...table(rows)] : ['There are no tasks']),
    ...(runs.length > 0 ? ['', 'Runs:', ...table(runs), '', 'Exit codes:', ...table(EXIT_TEXTS)] : []),
    '',
    `${program} <task> --help lists a task's flags`,
  ].join('\n');
}

/** The help of one task: its description and flags. */
export function taskHelp(program: string, task: AnyTask, launchFlags: typeof LAUNCH_FLAGS = {}): string {
  const params = describeParams(task.params);
  const rows = (params ?? []).map((param): [string, string] => [flagOf(param), notesOf(param)]);
  return [
    `Usage: ${program} ${task.name} [flags]`,
    '',
    ...(task.description ? [task.description, ''] : []),
    'Flags:',
    ...table([
      ...rows,
      ...Object.entries(launchFlags).map(([name, { value, text }]): [string, string] => [
        `--${name}${value === undefined ? '' : ` <${value}>`}`,
        text,
      ]),
      ['--json', "Print the run's record as one line of JSON, everything else on standard error"],
      ['--help', 'Show this'],
    ]),
    ...(params ? [] : ['', 'Parameters are given as --flag value; this task does not say which there are']),
  ].join('\n');
}

function flagOf({ name, type, items, hint }: ParamInfo): string {
  const flag = kebabCase(name);
  if (type === 'boolean') return `--[no-]${flag}`;
  if (type === 'array') return `--${flag} <${items === 'unknown' || items === undefined ? 'value' : items}> ...`;
  return `--${flag} <${hint ?? (type === 'unknown' ? 'value' : type)}>`;
}

function notesOf({ description, required, default: fallback }: ParamInfo): string {
  const notes = [
    description,
    required ? '(required)' : fallback === undefined ? undefined : `(default: ${JSON.stringify(fallback)})`,
  ];
  return notes.filter((note) => note !== undefined).join(' ');
}

function table(rows: ReadonlyArray<[string, string]>): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd());
}
