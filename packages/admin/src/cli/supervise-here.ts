import type { Launcher } from '../launch/launcher.ts';
import type { RunRecord } from '../runs/run.ts';
import { startSupervisor } from '../supervisor/start-supervisor.ts';
import type { AnyTask } from '../task.ts';
import type { AdminRuns } from './admin-runs.ts';
import { EXIT } from './exit-codes.ts';
import { launcherOf } from './launch-command.ts';

/** Looks after runs in this process until Ctrl-C: those on this machine, on Lambda and on ECS. */
export async function superviseHere<T extends AnyTask>(tasks: readonly T[], runs: AdminRuns<T>): Promise<number> {
  const legs = new Set<Promise<unknown>>();
  const here: Launcher = {
    async launch({ id, task: name }: RunRecord) {
      const task = tasks.find((one) => one.name === name);
      if (!task) throw new TypeError(`Cannot start run ${id}: there is no task '${name}'`);
      // Not awaited: the supervisor goes on to the next run. Its record has the outcome.
      const leg = runs
        .leg(task, { run: id, secrets: {}, onProgress: () => {} })
        .catch(() => undefined)
        .finally(() => legs.delete(leg));
      legs.add(leg);
      return runs.caller;
    },
  };
  const launchers = { here, lambda: launcherOf('lambda', runs), ...(runs.ecs && { ecs: launcherOf('ecs', runs) }) };
  const supervisor = startSupervisor({ ...runs, tasks, launchers, by: runs.caller });
  const { interrupted, drained } = runs;
  const stop = AbortSignal.any([interrupted, drained]);
  if (!stop.aborted)
    await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  await supervisor.stop();
  await Promise.all(legs);
  return EXIT.succeeded;
}
