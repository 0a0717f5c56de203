import { TwelvefoldError } from '@twelvefold/core';
import { messageOf, UsageError } from '@twelvefold/core/internal';
import { ecsLauncher, stopTask, watchTask } from '../launch/ecs.ts';
import { lambdaLauncher } from '../launch/lambda.ts';
import type { Launcher } from '../launch/launcher.ts';
import { newRun } from '../launch/new-run.ts';
import type { RunPlace, RunRecord, RunSettings } from '../runs/run.ts';
import { isSettled } from '../runs/run-status.ts';
import { lookAfter } from '../supervisor/supervise.ts';
import type { AnyTask } from '../task.ts';
import type { AdminRuns } from './admin-runs.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Progress } from './progress.ts';

/** Flags of a launch. */
export interface LaunchFlags {
  readonly on: RunPlace;
  readonly detach: boolean;
  readonly settings: RunSettings;
  readonly confirm: string | undefined;
}

/** A run, and the exit code of the command that ends with it. */
export interface Launched {
  readonly run: RunRecord;
  readonly code: number;
}

/**
 * Writes the record of a run, then starts it: here, or on another host, whose progress it follows.
 *
 * @throws UsageError for a launch that is not confirmed, or that its place does not allow.
 */
export async function launchRun<T extends AnyTask>(
  task: T,
  params: Readonly<Record<string, unknown>>,
  flags: LaunchFlags,
  runs: AdminRuns<T>,
  progress: Progress,
): Promise<Launched> {
  const { on, settings } = flags;
  const { run, secrets } = await newRun(task, params, { ...runs, on, settings });
  refuseSecretsOnEcs(task, secrets, on);
  await confirm(task, params, flags, runs);
  const { run: record, created } = await runs.store.create(run);
  if (!created && isSettled(record.status) && record.status !== 'errored')
    return { run: record, code: exitCodeOf(record) };
  const ready =
    record.status === 'errored' ? await runs.store.command(record.id, 'resume', runs.caller, { on }) : record;
  return startRun(task, ready, secrets, flags, runs, progress);
}

/** @throws UsageError for secrets of a run on ECS, whose command others can see */
export function refuseSecretsOnEcs({ name }: AnyTask, secrets: Readonly<Record<string, unknown>>, on: RunPlace): void {
  const given = Object.keys(secrets);
  if (on !== 'ecs' || given.length === 0) return;
  throw new UsageError(
    `Cannot run task '${name}' on ECS with ${given.join(', ')}: DescribeTasks shows the command of a task to others; run it here or --on lambda, or let the task read the secret from its config`,
  );
}

/**
 * Starts a run whose record exists.
 *
 * @param isLeg - whether the supervisor has launched this process
 */
export async function startRun<T extends AnyTask>(
  task: T,
  run: RunRecord,
  secrets: Readonly<Record<string, unknown>>,
  flags: Pick<LaunchFlags, 'on' | 'detach'>,
  runs: AdminRuns<T>,
  progress: Progress,
  isLeg = false,
): Promise<Launched> {
  if (flags.on === 'here') return runHere(task, run, secrets, runs, progress, isLeg);
  const launchers = { [flags.on]: launcherOf(flags.on, runs, secrets) };
  const options = { ...runs, tasks: [task], launchers, by: runs.caller };
  await lookAfter(run, options);
  const launched = await runs.store.get(run.id);
  const { failure } = launched.launch ?? {};
  if (failure !== undefined) throw new TwelvefoldError('RUN_NOT_STARTED', failure);
  if (flags.detach) return { run: launched, code: EXIT.succeeded };
  const taskArn = launched.launch?.ref;
  if (flags.on === 'ecs' && runs.ecs && taskArn !== undefined) {
    const watched = await followTask(run.id, taskArn, runs, progress);
    if (isSettled(watched.run.status) || watched.code !== undefined) {
      progress.end(watched.run);
      return { run: watched.run, code: watched.code ?? exitCodeOf(watched.run) };
    }
  }
  const ended = await followRun(run.id, options, runs, progress);
  return { run: ended, code: exitCodeOf(ended) };
}

/**
 * The record of a run that could not begin here, which does not begin later by itself. A leg of it
 * may be what is at work: that one goes on, and so does what the supervisor launched.
 */
async function putOff<T extends AnyTask>(
  run: RunRecord,
  isLeg: boolean,
  { store, caller }: AdminRuns<T>,
): Promise<RunRecord> {
  if (isLeg || run.status !== 'enqueued') return run;
  return store.command(run.id, run.leg === 0 ? 'cancel' : 'pause', caller);
}

async function runHere<T extends AnyTask>(
  task: T,
  { id }: RunRecord,
  secrets: Readonly<Record<string, unknown>>,
  runs: AdminRuns<T>,
  progress: Progress,
  isLeg: boolean,
): Promise<Launched> {
  try {
    const run = await runs.leg(task, { run: id, secrets, onProgress: (record) => progress.update(record) });
    progress.end(run);
    return { run, code: exitCodeOf(run) };
  } catch (error) {
    if (!TwelvefoldError.isInstance(error, 'LOCK_HELD')) throw error;
    const run = await putOff(await runs.store.get(id), isLeg, runs);
    progress.line(`Cannot run task '${task.name}' now: ${messageOf(error)}`);
    return { run, code: EXIT.busy };
  }
}

/** The launcher of a place. @throws UsageError when the environment does not name it */
export function launcherOf<T extends AnyTask>(
  on: Exclude<RunPlace, 'here'>,
  { aws, ecs, functionOf }: AdminRuns<T>,
  secrets: Readonly<Record<string, unknown>> = {},
): Launcher {
  if (on === 'lambda') return lambdaLauncher({ aws, functionOf, secrets });
  if (ecs) return ecsLauncher({ aws, place: ecs });
  throw new UsageError(
    'Cannot run on ECS: the environment does not say where; set TWELVEFOLD_ECS_CLUSTER and TWELVEFOLD_ECS_SERVICE to the names that the deployment printed',
  );
}

/** Follows one task of ECS. The first Ctrl-C pauses the run and stops the task. */
async function followTask<T extends AnyTask>(
  id: string,
  taskArn: string,
  runs: AdminRuns<T>,
  progress: Progress,
): Promise<{ run: RunRecord; code: number | undefined }> {
  const { aws, clock, store, caller, interrupted } = runs;
  const place = runs.ecs as NonNullable<typeof runs.ecs>; // the caller has looked
  let stopping = false;
  const { exitCode, explanation } = await watchTask({
    aws,
    place,
    taskArn,
    clock,
    onLine: (line) => progress.line(line),
    onLook: async () => {
      if (interrupted.aborted && !stopping) {
        stopping = true;
        await store.command(id, 'pause', caller).catch(() => undefined); // it has just ended
        await stopTask({ aws, place, taskArn }, `Stopped by ${caller}`);
      }
      progress.update(await store.get(id));
    },
  });
  const run = await store.get(id);
  if (explanation === undefined) return { run, code: isSettled(run.status) ? exitCode : undefined };
  progress.line(`The task never started: ${explanation}`);
  return { run, code: EXIT.errored };
}

const LOOK_EVERY_MS = 1_000;
/** A supervisor that is deployed looks once a minute; a command that waits looks more often. */
const SUPERVISE_EVERY = 5;

/** Follows a run until it is settled, and starts its next legs. The first Ctrl-C pauses it. */
async function followRun<T extends AnyTask>(
  id: string,
  options: Parameters<typeof lookAfter>[1],
  { store, clock, caller, interrupted }: AdminRuns<T>,
  progress: Progress,
): Promise<RunRecord> {
  let pausing = false;
  for (let looks = 1; ; looks += 1) {
    const run = await store.get(id);
    if (isSettled(run.status)) {
      progress.end(run);
      return run;
    }
    progress.update(run);
    if (interrupted.aborted && !pausing) {
      pausing = true;
      await store.command(id, 'pause', caller).catch(() => undefined); // it has just ended
    } else if (looks % SUPERVISE_EVERY === 0) await lookAfter(run, options);
    await clock.sleep(LOOK_EVERY_MS);
  }
}

/** The number of records that a retry works on. */
async function failedOf<T extends AnyTask>(run: string, { store }: AdminRuns<T>): Promise<number> {
  let count = 0;
  for await (const _ of store.failures(run)) count += 1;
  return count;
}

/** A production stage wants the task's name and the count, typed: a glance is not enough. */
async function confirm<T extends AnyTask>(
  task: T,
  params: Readonly<Record<string, unknown>>,
  { confirm: given, settings }: LaunchFlags,
  runs: AdminRuns<T>,
): Promise<void> {
  if (!runs.production || settings.dryRun) return;
  const { retryOf } = settings;
  const count = await (retryOf === undefined ? runs.count(task, params) : failedOf(retryOf, runs));
  const phrase = count === undefined ? task.name : `${task.name} ${count}`;
  if (given === phrase) return;
  const about = count === undefined ? '' : ` on ${count} records`;
  if (given === undefined && runs.ask) {
    const typed = await runs.ask(`This runs ${task.name}${about} at stage ${runs.stage}. Type "${phrase}" to go on: `);
    if (typed.trim() === phrase) return;
  }
  throw new UsageError(
    `Cannot run task '${task.name}' at stage '${runs.stage}' unconfirmed: it works${about || ' on production'}; pass --confirm "${phrase}"`,
  );
}
