import { Writable } from 'node:stream';
import { UsageError } from '@twelvefold/core/internal';
import type { FieldFault } from '@twelvefold/lifecycle';
import { ParamsInvalid } from '../params-invalid.ts';
import type { Run, RunPlace, RunRecord } from '../runs/run.ts';
import { missingSecrets } from '../secret-params.ts';
import type { AnyTask } from '../task.ts';
import { validateParams } from '../validate-params.ts';
import type { AdminRuns } from './admin-runs.ts';
import { describeParams } from './describe-params.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { kebabCase } from './flag-name.ts';
import { listHelp, taskHelp } from './help.ts';
import type { LaunchFlags } from './launch-command.ts';
import { launchRun, refuseSecretsOnEcs, startRun } from './launch-command.ts';
import { LAUNCH_FLAGS, parseFlags, RESERVED_FLAGS } from './parse-flags.ts';
import { resultText, runLine, runSummary } from './print-run.ts';
import type { Progress } from './progress.ts';
import { createProgress } from './progress.ts';
import { commandRun, listRuns, logLines, RUN_COMMANDS, showRun } from './run-commands.ts';
import { superviseHere } from './supervise-here.ts';

export interface AdminIo {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  /** True when people read standard output. In a pipe only results are printed. */
  isTTY: boolean;
}

/**
 * Runs one task without a record, e.g. with `runTask`. With `json` only the record may reach
 * standard
 * output, no logs.
 */
export type RunOne<T extends AnyTask> = (
  task: T,
  params: Record<string, unknown>,
  output: { json: boolean; dryRun: boolean },
) => Promise<Run>;

export interface AdminCommandOptions<T extends AnyTask> {
  /** The program's name in usage lines. @defaultValue `admin` */
  program?: string;
  /**
   * Opens what runs need; each task then has a record, and runs have commands. @defaultValue none
   */
  runs?: (task: T | undefined) => Promise<AdminRuns<T>>;
}

/**
 * The command line of an app's tasks: `<task> [--flag value] [--json] [--help]`. `list`, or no
 * task, lists them.
 *
 * Flags are the parameters in kebab case. If the schema describes its structure (zod 4, anything
 * with Standard JSON Schema), `--help` lists them, numbers and lists are converted, and an unknown
 * flag is refused.
 *
 * @param argv - the arguments after the program's name
 * @returns the exit code: 0, 1 if the task failed, 2 if records of it failed, 64 for a wrong
 * command
 * line or wrong parameters, 75 if another run is at work, 130 if stopped
 * @throws what `run` rejects with, except `PARAMS_INVALID` and `USAGE`; TypeError for two tasks
 * of one name
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
  options: AdminCommandOptions<T> = {},
): Promise<number> {
  const { program = 'admin', runs } = options;
  const out = (text: string) => void io.stdout.write(`${text}\n`);
  const complain = (text: string) => void io.stderr.write(`${text}\n`);
  assertDistinct(tasks);
  const commands = runs ? RUN_COMMANDS : {};

  const [first, ...args] = argv;
  const task = tasks.find(({ name }) => name === first);
  try {
    if (task) return await taskCommand(task);
    if (first === undefined || first === 'list') {
      out(io.isTTY ? listHelp(program, tasks, commands) : tasks.map(({ name }) => name).join('\n'));
      return EXIT.succeeded;
    }
    if (first === 'help' || first === '--help' || first === '-h') {
      const subject = tasks.find(({ name }) => name === args[0]);
      out(subject ? taskHelp(program, subject, taskFlagsOf(subject)) : listHelp(program, tasks, commands));
      return EXIT.succeeded;
    }
    if (runs && (Object.hasOwn(commands, first) || first === 'leg')) return await runCommand(first, runs);
    const known = [...tasks.map(({ name }) => name), ...Object.keys(commands)].join(', ');
    complain(`Unknown task ${JSON.stringify(first)}; known: ${known}`);
    return EXIT.usage;
  } catch (error) {
    if (ParamsInvalid.isInstance(error)) {
      complain(`Cannot run task '${error.task}': its parameters do not fit`);
      for (const fault of error.faults) complain(`  ${faultText(fault)}`);
      complain(`${program} ${error.task} --help lists the flags`);
    } else if (error instanceof UsageError) complain(error.message);
    else throw error;
    return EXIT.usage;
  }

  async function taskCommand(task: T): Promise<number> {
    const taskFlags = taskFlagsOf(task);
    const { params, json, help, faults, given } = parseFlags(args, describeParams(task.params), taskFlags);
    if (help) {
      out(taskHelp(program, task, taskFlags));
      return EXIT.succeeded;
    }
    const wrong = [...faults];
    const flags = launchFlags(given, wrong);
    if (wrong.length > 0) {
      for (const fault of wrong) complain(fault);
      complain(`${program} ${task.name} --help lists the flags`);
      return EXIT.usage;
    }
    if (!runs) {
      const record = await run(task, params, { json, dryRun: flags.settings.dryRun === true });
      print(record, json);
      return exitCodeOf(record);
    }
    // Before the records are opened: a wrong flag is refused without an endpoint.
    await validateParams(task, params);
    const launched = await launchRun(task, params, flags, await runs(task), await progressOf());
    print(launched.run, json);
    return launched.code;
  }

  async function runCommand(name: string, open: NonNullable<typeof runs>): Promise<number> {
    const json = args.includes('--json');
    const [subject] = args.filter((arg) => !arg.startsWith('--'));
    if (name === 'runs') {
      const listed = subject === undefined ? tasks : tasks.filter((one) => one.name === subject);
      if (listed.length === 0) throw new UsageError(`Cannot list runs: there is no task ${JSON.stringify(subject)}`);
      out(await listRuns(listed, await open(undefined), json));
      return EXIT.succeeded;
    }
    if (name === 'supervise') return superviseHere(tasks, await open(undefined));
    if (subject === undefined)
      throw new UsageError(
        `Cannot ${name}: name a run, e.g. ${program} ${name} ${tasks[0]?.name ?? 'task'}-20261130-1a2b3c4d5e6f`,
      );
    const service = await open(undefined);
    if (name === 'show') {
      out(await showRun(subject, service, json));
      return EXIT.succeeded;
    }
    const found = await service.store.get(subject);
    if (name === 'logs') {
      for await (const line of logLines(found, service)) out(line.trimEnd());
      return EXIT.succeeded;
    }
    if (name === 'pause' || name === 'cancel') {
      const record = await commandRun(subject, name, service);
      out(json ? JSON.stringify(record) : `Run ${subject} is ${record.status}`);
      return EXIT.succeeded;
    }
    const task = tasks.find((one) => one.name === found.task);
    if (!task) throw new UsageError(`Cannot ${name} run ${subject}: the app has no task '${found.task}'`);
    const {
      params: secrets,
      given,
      faults,
    } = parseFlags(
      args.filter((arg) => arg !== subject),
      describeParams(task.params),
      taskFlagsOf(task),
    );
    const wrong = [...faults];
    const flags = launchFlags(given.on === undefined && name !== 'leg' ? { ...given, on: found.on } : given, wrong);
    if (wrong.length > 0) throw new UsageError(`Cannot ${name} run ${subject}: ${wrong.join('; ')}`);
    const others = [
      ...Object.keys(secrets).filter((one) => !task.secretParams?.includes(one)),
      ...['dry-run', 'canary'].filter((one) => Object.hasOwn(given, one)),
    ];
    if (name !== 'retry-failed' && others.length > 0) {
      const named = others.map((one) => `--${kebabCase(one)}`).join(', ');
      throw new UsageError(
        `Cannot ${name} run ${subject} with ${named}: it goes on as it was started; only secrets are given again`,
      );
    }
    const missing = name === 'leg' ? [] : missingSecrets(task, found.params, secrets);
    if (missing.length > 0) {
      const again = missing.map((one) => `--${kebabCase(one)}`).join(', ');
      throw new UsageError(`Cannot ${name} run ${subject}: a record never has secrets; give ${again} again`);
    }
    const opened = await open(task);
    if (name === 'retry-failed') {
      const launch = { ...flags, settings: { ...flags.settings, retryOf: subject } };
      return end(await launchRun(task, { ...found.params, ...secrets }, launch, opened, await progressOf()), json);
    }
    refuseSecretsOnEcs(task, secrets, flags.on);
    const record = name === 'leg' ? found : await commandRun(subject, 'resume', opened, flags.on);
    const launched = await startRun(
      task,
      record,
      secrets,
      name === 'leg' ? { on: 'here', detach: false } : flags,
      opened,
      await progressOf(),
      name === 'leg',
    );
    return end(launched, json);
  }

  function end({ run: record, code }: { run: RunRecord; code: number }, json: boolean): number {
    print(record, json);
    return code;
  }

  /** Flags of a launch that no parameter of the task has. */
  function taskFlagsOf(task: T): typeof LAUNCH_FLAGS {
    const described = describeParams(task.params);
    // A flag of any name may be a parameter then.
    if (!described && !runs) return {};
    const params = (described ?? []).map(({ name }) => kebabCase(name));
    const flags = Object.entries(LAUNCH_FLAGS).filter(
      ([name]) => !params.includes(name) && (runs || name === 'dry-run'),
    );
    return Object.fromEntries(flags);
  }

  function progressOf(): Promise<Progress> {
    return createProgress({
      write: (text) => io.stderr.write(text),
      terminal: io.isTTY && io.stderr instanceof Writable ? io.stderr : undefined,
      now: () => Date.now(),
    });
  }

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

const PLACES: readonly string[] = ['here', 'lambda', 'ecs'];

/** The flags of a launch, from their text; faults go on the list. */
function launchFlags(given: Readonly<Record<string, string | true>>, faults: string[]): LaunchFlags {
  const { on = 'here', canary, confirm } = given;
  if (!PLACES.includes(String(on))) faults.push(`--on is ${JSON.stringify(on)}; choose ${PLACES.join(', ')}`);
  const records = Number(canary);
  if (canary !== undefined && !(Number.isInteger(records) && records > 0)) {
    faults.push(`--canary is ${JSON.stringify(canary)}; give a number of records from 1`);
  }
  return {
    on: on as RunPlace, // one of the places, or a fault
    detach: given.detach === true,
    confirm: confirm === undefined ? undefined : String(confirm),
    settings: {
      ...(given['dry-run'] === true && { dryRun: true as const }),
      ...(canary !== undefined && { canary: records }),
    },
  };
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
    if (task.name === 'list' || task.name === 'leg' || Object.hasOwn(RUN_COMMANDS, task.name)) {
      throw new TypeError(`Cannot offer task '${task.name}': a command has this name`);
    }
    seen.add(task.name);
    const reserved = describeParams(task.params)?.find(({ name }) => RESERVED_FLAGS.includes(kebabCase(name)));
    if (reserved)
      throw new TypeError(`Cannot offer task '${task.name}': its parameter '${reserved.name}' is a flag of every task`);
  }
}
