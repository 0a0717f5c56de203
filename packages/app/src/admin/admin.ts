import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { adminCommand, runTask } from '@twelvefold/admin';
import type { AdminRuns, Run } from '@twelvefold/admin/internal';
import { collectionCount, validateParams } from '@twelvefold/admin/internal';
import { systemClock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import type { HostProfile } from '@twelvefold/lifecycle/internal/service';
import { serviceProfile } from '@twelvefold/lifecycle/service';
import type { ConfigOfComponents, HostOptions } from '../app-resource.ts';
import type { AppIdentity, TaskComponent } from '../component.ts';
import { physicalName } from '../names.ts';
import { ecsPlace } from '../runtime/ecs-place.ts';
import { hostName } from '../runtime/host-name.ts';
import { runsComponent } from '../runtime/runs-component.ts';
import { startupExitCode } from '../runtime/startup-error.ts';
import { taskContext } from '../runtime/task-context.ts';
import { runStoreOf, taskLeg } from '../runtime/task-legs.ts';
import { taskOf } from '../runtime/task-of.ts';
import { stageFrom } from '../stage.ts';
import { runsKey } from '../task-runs.ts';
import type { AdminSignals } from './admin-signals.ts';
import { adminSignals } from './admin-signals.ts';
import type { AdminTelemetry } from './open-task.ts';
import { adminTelemetry, withTask } from './open-task.ts';

/** Options of `admin`. */
export interface AdminOptions<C> extends Omit<HostOptions<C>, 'lightResponses'> {
  /** Stages where a run wants a typed confirmation. @defaultValue prod, production, live */
  readonly productionStages?: readonly string[];
}

const PRODUCTION = ['prod', 'production', 'live'];

type TaskOf = ReturnType<typeof taskOf>;

/**
 * Runs one of the app's tasks from the command line, with the app's own config, clients, logs and
 * permissions, and sets the
 * process's exit code: 0 done, 1 failed, 2 done with failed records, 64 wrong usage, 69 endpoint
 * down, 75 another run is at work, 78 invalid
 * config, 130 stopped. An app with `taskRuns()` in `backing` has records of its runs, and the
 * commands on them.
 *
 * @param argv `process.argv`: the first two are skipped
 * @example
 * ```ts
 * await admin(app, [recalculateTotals], process.argv, { resources: [database] });
 * ```
 */
export async function admin<const K extends readonly TaskComponent[]>(
  app: AppIdentity,
  tasks: K,
  argv: readonly string[],
  options: AdminOptions<ConfigOfComponents<K>> = {},
): Promise<void> {
  const { productionStages = PRODUCTION, ...hostOptions } = options;
  const foreign = tasks.filter((task) => task.app !== app).map(({ name }) => `'${name}'`);
  if (foreign.length > 0) throw new TypeError(`Cannot offer tasks of another app: ${foreign.join(', ')}`);

  const profile = await serviceProfile(process.env, process.stderr.isTTY === true);
  const recorded = runsKey(app) !== undefined;
  const signals = adminSignals({ process, clock: systemClock, budgetMs: profile.budgetMs, recorded });
  const command: AdminProcess = { app, tasks, options: hostOptions, profile, signals, productionStages };
  try {
    const io = { stdout: process.stdout, stderr: process.stderr, isTTY: process.stdout.isTTY === true };
    const offered = tasks.map(taskOf);
    process.exitCode = recorded
      ? await withRuns(command, (runs) => adminCommand(offered, argv.slice(2), io, unused, { runs }))
      : await adminCommand(offered, argv.slice(2), io, (task, params, { dryRun }) =>
          runUnrecorded(command, task, params, dryRun),
        );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = signals.any.aborted ? 130 : startupExitCode(error);
  } finally {
    signals.release();
  }
}

/** One process of the command line. */
interface AdminProcess {
  readonly app: AppIdentity;
  readonly tasks: readonly TaskComponent[];
  readonly options: HostOptions<never>;
  readonly profile: HostProfile;
  readonly signals: AdminSignals;
  readonly productionStages: readonly string[];
}

const unused = () => Promise.reject(new TypeError('a task with a record is not run without one'));

function componentOf({ tasks }: AdminProcess, { name }: TaskOf): TaskComponent {
  const component = tasks.find((one) => one.name === name);
  if (!component) throw new TypeError(`Cannot run '${name}': it is not one of the tasks`);
  return component;
}

/** A run of an app that keeps no records. */
async function runUnrecorded(
  command: AdminProcess,
  task: TaskOf,
  params: Record<string, unknown>,
  dryRun: boolean,
): Promise<Run> {
  const { profile, signals, options, app } = command;
  const component = componentOf(command, task);
  const { logger, metrics } = adminTelemetry(app, profile);
  // Before anything is opened: a wrong flag is refused without an endpoint.
  await validateParams(task, params);
  if (!('run' in task)) throw new TypeError(`Cannot run '${task.name}' without a record`);
  const { any: signal } = signals;
  return withTask(component, options, { logger, metrics, profile, signal }, ({ runtime }) =>
    runTask(task, params, {
      component: component.name,
      signal,
      clock: systemClock,
      logger,
      metrics,
      makeContext: (scope) => taskContext(runtime, component, scope, { params, dryRun, onWrite: () => {} }),
    }),
  );
}

/** Opens the records on the first command that needs them, and closes them at the end. */
async function withRuns(
  command: AdminProcess,
  work: (open: () => Promise<AdminRuns<TaskOf>>) => Promise<number>,
): Promise<number> {
  const { app, profile, signals, options } = command;
  let telemetry: AdminTelemetry | undefined;
  let opened: Promise<AdminRuns<TaskOf>> | undefined;
  const closing = Promise.withResolvers<void>();
  let closed: Promise<unknown> = Promise.resolve();
  const open = () => {
    telemetry ??= adminTelemetry(app, profile);
    const found = telemetry;
    opened ??= new Promise((resolve, reject) => {
      const component = runsComponent(app, 'admin');
      closed = withTask(component, {}, { ...found, profile, signal: signals.hard }, async ({ runtime, aws }) => {
        const store = runStoreOf(runtime, component);
        if (!store) throw new TypeError('Cannot open the records of runs: the app has none');
        resolve(adminRuns(command, found, store, aws));
        await closing.promise;
      }).catch(reject);
    });
    return opened;
  };
  try {
    return await work(open);
  } finally {
    closing.resolve();
    await closed;
  }

  function adminRuns(
    { productionStages }: AdminProcess,
    { logger, metrics, fatal }: AdminTelemetry,
    store: AdminRuns['store'],
    aws: AdminRuns['aws'],
  ): AdminRuns<TaskOf> {
    const { env } = process;
    const stage = stageFrom(env);
    const host = { logger, metrics, profile, signal: signals.hard };
    return {
      store,
      aws,
      clock: systemClock,
      caller: `${env.TWELVEFOLD_CALLER || userInfo().username}@${profile.host}`,
      release: env.TWELVEFOLD_RELEASE || undefined,
      stage,
      production: productionStages.includes(stage),
      interrupted: signals.interrupted,
      drained: signals.drained,
      functionOf: (task) => physicalName(app.name, stage, task),
      ecs: ecsPlace(env),
      ask: process.stdin.isTTY === true ? ask : undefined,
      leg: (task, { run, secrets, onProgress }) => {
        const component = componentOf(command, task);
        return withTask(component, options, host, ({ runtime, port }) =>
          taskLeg({
            runtime,
            component,
            port,
            store,
            run,
            secrets,
            onProgress,
            logger,
            metrics,
            host: hostName(profile),
            clock: systemClock,
            fatal,
            signal: signals.hard,
            drainSignal: signals.drained,
            pauseSignal: signals.interrupted,
          }),
        );
      },
      count: async (task, given) => {
        const component = componentOf(command, task);
        const params = await validateParams(task, given);
        return withTask(component, options, host, ({ runtime }) =>
          runInScope({ kind: 'task', component: component.name, signal: signals.hard }, async (scope) => {
            const ctx = await taskContext(runtime, component, scope, { params, dryRun: true, onWrite: () => {} });
            return collectionCount(task, params, ctx, scope.signal);
          }),
        );
      },
    };
  }
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
