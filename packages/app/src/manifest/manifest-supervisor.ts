import { schedulesOf } from '@twelvefold/admin/internal';
import type { AppIdentity, Component, TaskComponent } from '../component.ts';
import { runsKey } from '../task-runs.ts';
import type { ManifestComponent, ManifestSupervisor } from './manifest.ts';

/** EventBridge Scheduler's names have at most 64 characters. */
const MAX_SCHEDULE_NAME = 64;
const DEFAULT_RETRIES = 2;

/**
 * The supervisor of an app's tasks; `undefined` for an app that keeps no records of runs, or has no
 * tasks.
 */
export function manifestSupervisor(
  app: AppIdentity,
  components: readonly Component[],
  describe: () => ManifestComponent,
): ManifestSupervisor | undefined {
  const tasks = components.filter((component): component is TaskComponent => component.kind === 'task');
  const runs = runsKey(app);
  if (runs === undefined || tasks.length === 0) return undefined;
  const { entry, grants, uses, modules } = describe();
  return {
    name: 'supervisor',
    entry,
    export: 'handler',
    grants,
    uses,
    modules,
    tasks: tasks.map(({ name }) => name),
    schedules: tasks.flatMap(({ name, policy }) =>
      schedulesOf(policy.schedule).map(({ at, timeZone = 'UTC', params = {}, retries = DEFAULT_RETRIES }, index) => ({
        name: `${app.name}-{stage}-${name}${index === 0 ? '' : `-${index + 1}`}`.slice(0, MAX_SCHEDULE_NAME),
        task: name,
        expression: at,
        timeZone,
        retries,
        input: {
          task: name,
          params,
          scheduleArn: '<aws.scheduler.schedule-arn>',
          scheduledTime: '<aws.scheduler.scheduled-time>',
        },
      })),
    ),
  };
}
