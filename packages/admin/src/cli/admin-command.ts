import type { FieldFault } from '@twelvefold/lifecycle';
import { ParamsInvalid } from '../params-invalid.ts';
import type { Run } from '../runs/run.ts';
import type { AnyTask } from '../task.ts';
import { describeParams } from './describe-params.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { kebabCase } from './flag-name.ts';
import { listHelp, taskHelp } from './help.ts';
import { parseFlags, RESERVED_FLAGS } from './parse-flags.ts';
import { resultText, runLine, runSummary } from './print-run.ts';

export interface AdminIo {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  /** True when people read standard output. In a pipe only results are printed. */
  isTTY: boolean;
}

/**
 * Runs one task, e.g. with `runTask`. With `json` only the record may reach standard output, no
 * logs.
 */
export type RunOne<T extends AnyTask> = (
  task: T,
  params: Record<string, unknown>,
  output: { json: boolean },
) => Promise<Run>;

/**
 * The command line of an app's tasks: `<task> [--flag value] [--json] [--help]`. `list`, or no
 * task, lists them.
 *
 * Flags are the parameters in kebab case. If the schema describes its structure (zod 4, anything
 * with Standard JSON Schema), `--help` lists them, numbers and lists are converted, and an unknown
 * flag is refused.
 *
 * @param argv - the arguments after the program's name
 * @param options.program - the program's name in usage lines. @defaultValue `admin`
 * @returns the exit code: 0, 1 if the task failed, 64 for a wrong command line or wrong parameters,
 * 130 if cancelled
 * @throws what `run` rejects with, except `PARAMS_INVALID`; TypeError for two tasks of one name
 * @example
 * ```ts
 * const io = { stdout: process.stdout, stderr: process.stderr, isTTY: process.stdout.isTTY };
 * process.exitCode = await adminCommand(tasks, process.argv.slice(2), io, (task, params) =>
 *   runTask(task, params, { signal, makeContext }),
 * );
 * ```
 */
export async function adminCommand<T extends AnyTask>(
  tasks: readonly T[],
  argv: readonly string[],
  io: AdminIo,
  run: RunOne<T>,
  options: { program?: string } = {},
): Promise<number> {
  const program = options.program ?? 'admin';
  const out = (text: string) => void io.stdout.write(`${text}\n`);
  const complain = (text: string) => void io.stderr.write(`${text}\n`);
  assertDistinct(tasks);

  const [first, ...args] = argv;
  const task = tasks.find(({ name }) => name === first);
  if (!task) {
    if (first === undefined || first === 'list') {
      out(io.isTTY ? listHelp(program, tasks) : tasks.map(({ name }) => name).join('\n'));
      return EXIT.succeeded;
    }
    if (first === 'help' || first === '--help' || first === '-h') {
      const subject = tasks.find(({ name }) => name === args[0]);
      out(subject ? taskHelp(program, subject) : listHelp(program, tasks));
      return EXIT.succeeded;
    }
    complain(`Unknown task ${JSON.stringify(first)}; known: ${tasks.map(({ name }) => name).join(', ')}`);
    return EXIT.usage;
  }

  const known = describeParams(task.params);
  const { params, json, help, faults } = parseFlags(args, known);
  if (help) {
    out(taskHelp(program, task));
    return EXIT.succeeded;
  }
  if (faults.length > 0) {
    for (const fault of faults) complain(fault);
    complain(`${program} ${task.name} --help lists the flags`);
    return EXIT.usage;
  }

  let record: Run;
  try {
    record = await run(task, params, { json });
  } catch (error) {
    if (!ParamsInvalid.isInstance(error)) throw error;
    complain(`Cannot run task '${task.name}': its parameters do not fit`);
    for (const fault of error.faults) complain(`  ${faultText(fault)}`);
    complain(`${program} ${task.name} --help lists the flags`);
    return EXIT.usage;
  }
  print(record, json);
  return exitCodeOf(record);

  function print(record: Run, json: boolean): void {
    if (json) {
      const { line, complete } = runLine(record);
      out(line);
      if (!complete) complain(`Cannot print the result of task '${record.task}': it has no JSON`);
    }
    if (record.status !== 'succeeded') complain(runSummary(record));
    else if (!json) {
      if (io.isTTY) out(runSummary(record));
      if (record.result !== undefined) out(resultText(record.result, io.isTTY ? 2 : 0));
    }
  }
}

/** A fault with the flag it is about: `--since-date: ...`, `--filter.status: ...`. */
function faultText({ field, reason }: FieldFault): string {
  if (field === '') return reason;
  const [name = '', rest = ''] = field.split(/(?=[.[])(.*)/s, 2);
  return `--${kebabCase(name)}${rest}: ${reason}`;
}

function assertDistinct(tasks: readonly AnyTask[]): void {
  const seen = new Set<string>();
  for (const task of tasks) {
    if (seen.has(task.name)) throw new TypeError(`Cannot offer tasks: two are named '${task.name}'`);
    seen.add(task.name);
    const taken = describeParams(task.params)?.find(({ name }) => RESERVED_FLAGS.includes(kebabCase(name)));
    if (taken)
      throw new TypeError(`Cannot offer task '${task.name}': its parameter '${taken.name}' is a flag of every task`);
  }
}
