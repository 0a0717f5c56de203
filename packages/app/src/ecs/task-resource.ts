import type { Launcher } from '@twelvefold/admin';
import { startSupervisor } from '@twelvefold/admin/internal';
import { systemClock } from '@twelvefold/core';
import type { Resource } from '@twelvefold/lifecycle';
import type { HostProfile } from '@twelvefold/lifecycle/internal/service';
import { withTask } from '../admin/open-task.ts';
import type { AppIdentity, TaskComponent } from '../component.ts';
import type { FatalLegs } from '../runtime/fatal-legs.ts';
import { hostName } from '../runtime/host-name.ts';
import { runsComponent } from '../runtime/runs-component.ts';
import { runStoreOf, taskLeg } from '../runtime/task-legs.ts';
import { taskOf } from '../runtime/task-of.ts';
import type { Telemetry } from '../runtime/telemetry.ts';

export interface TaskResourceOptions extends Pick<Telemetry, 'logger' | 'metrics'> {
  readonly app: AppIdentity;
  readonly tasks: readonly TaskComponent[];
  readonly profile: HostProfile;
  readonly fatal: FatalLegs;
  /** Whether schedules start runs in this process. */
  readonly schedules: boolean;
}

/**
 * Looks after the runs of tasks in a service, once a minute: works on those that no function and no
 * ECS task is meant for (`here`), as the process that began them would. A leg stops behind its
 * record when the service drains.
 */
export function taskResource(options: TaskResourceOptions): Resource {
  const { app, tasks, profile, fatal, logger, metrics, schedules } = options;
  const [drained, hard] = [new AbortController(), new AbortController()];
  const host = { logger, metrics, profile, signal: hard.signal };
  const name = hostName(profile);
  const legs = new Set<Promise<unknown>>();
  let supervising: Promise<unknown> = Promise.resolve();
  let end = async () => {};
  let endLooks = () => {};

  const supervise = async (opened: PromiseWithResolvers<void>) => {
    const records = runsComponent(app, 'supervisor');
    await withTask(records, {}, host, async ({ runtime }) => {
      const store = runStoreOf(runtime, records);
      if (!store) throw new TypeError('Cannot look after runs: the app keeps no records');
      const here: Launcher = {
        async launch({ id, task }) {
          // A look that was in progress: the next supervisor starts the run.
          if (drained.signal.aborted) throw new TypeError(`Cannot start run ${id}: the service drains`);
          const component = tasks.find((one) => one.name === task);
          if (!component) throw new TypeError(`Cannot start run ${id}: the service has no task '${task}'`);
          // Its own clients: a leg counts the capacity that it consumes. The resources of the
          // service are there already.
          const leg = withTask(component, {}, host, ({ runtime, port }) =>
            taskLeg({
              runtime,
              port,
              component,
              store,
              run: id,
              host: name,
              signal: hard.signal,
              drainSignal: drained.signal,
              logger,
              metrics,
              clock: systemClock,
              fatal,
            }),
          )
            .catch((error: unknown) => logger.warn('leg refused', { runId: id, error }))
            .finally(() => legs.delete(leg));
          legs.add(leg);
          return name;
        },
      };
      const supervisor = startSupervisor({
        store,
        tasks: tasks.map(taskOf),
        launchers: { here },
        by: name,
        clock: systemClock,
        logger,
        schedules,
      });
      endLooks = () => void supervisor.stop();
      if (drained.signal.aborted) endLooks();
      const ended = Promise.withResolvers<void>();
      end = async () => {
        await supervisor.stop();
        await Promise.all(legs);
        ended.resolve();
      };
      opened.resolve();
      await ended.promise;
    });
  };
  return {
    name: 'tasks',
    start: async () => {
      const opened = Promise.withResolvers<void>();
      supervising = supervise(opened);
      supervising.catch(opened.reject);
      await opened.promise;
    },
    quiesce: () => {
      drained.abort(new Error('The service drains'));
      endLooks();
    },
    drain: async (signal) => {
      signal.addEventListener('abort', () => hard.abort(signal.reason), { once: true });
      await end();
      await supervising;
    },
    stop: () => hard.abort(new Error('The service has stopped')),
  };
}
