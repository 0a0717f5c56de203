import type { AppIdentity, TaskComponent } from '../component.ts';
import { runsKey } from '../task-runs.ts';

/** A component that uses the records of runs and nothing else: the command line, the supervisor. */
export function runsComponent(app: AppIdentity, name: string): TaskComponent {
  const key = runsKey(app);
  if (key === undefined) {
    throw new TypeError(
      `Cannot look after runs of '${app.name}': it keeps no records; add runs: taskRuns('task-runs') to backing`,
    );
  }
  return {
    kind: 'task',
    name,
    app,
    uses: { [key]: ['run'] },
    description: undefined,
    params: NO_PARAMS,
    policy: {},
    over: undefined,
    handler: () => Promise.reject(new TypeError(`'${name}' is not a task`)),
  };
}

const NO_PARAMS: TaskComponent['params'] = {
  '~standard': { version: 1, vendor: 'twelvefold', validate: (value) => ({ value }) },
};
