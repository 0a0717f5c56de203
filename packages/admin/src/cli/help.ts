import type { AnyTask } from '../task.ts';
import { describeParams } from './describe-params.ts';
import { kebabCase } from './flag-name.ts';
import type { ParamInfo } from './param-info.ts';

/** The tasks there are, one per line. */
export function listHelp(program: string, tasks: readonly AnyTask[]): string {
  const rows = tasks.map((task): [string, string] => [task.name, task.description ?? '']);
  return [
    `Usage: ${program} <task> [flags]`,
    '',
    ...(rows.length > 0 ? ['Tasks:', ...table(rows)] : ['There are no tasks']),
    '',
    `${program} <task> --help lists a task's flags`,
  ].join('\n');
}

/** The help of one task: its description and flags. */
export function taskHelp(program: string, task: AnyTask): string {
  const params = describeParams(task.params);
  const rows = (params ?? []).map((param): [string, string] => [flagOf(param), notesOf(param)]);
  return [
    `Usage: ${program} ${task.name} [flags]`,
    '',
    ...(task.description ? [task.description, ''] : []),
    'Flags:',
    ...table([
      ...rows,
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
