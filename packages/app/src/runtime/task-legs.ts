import type { RunRecord, RunStore } from '@twelvefold/admin';
import { runLeg } from '@twelvefold/admin';
import type { Clock, Deadline } from '@twelvefold/core';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { TaskComponent } from '../component.ts';
import { runsKey } from '../task-runs.ts';
import type { CountedPort } from './counted-port.ts';
import type { FatalLegs } from './fatal-legs.ts';
import type { Runtime } from './open-runtime.ts';
import { taskContext } from './task-context.ts';
import { taskOf } from './task-of.ts';

/** The records of an app's runs, from an opened runtime. */
export function runStoreOf(runtime: Runtime, component: TaskComponent): RunStore | undefined {
  const key = runsKey(component.app);
  return key === undefined ? undefined : (runtime.clients(component)[key] as RunStore | undefined); // its kind's client
}

export interface LegOptions {
  readonly runtime: Runtime;
  readonly store: RunStore;
  readonly component: TaskComponent;
  readonly port: CountedPort;
  readonly run: string;
  readonly host: string;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly drainSignal?: AbortSignal;
  readonly pauseSignal?: AbortSignal;
  readonly deadline?: Deadline;
  readonly onProgress?: (run: RunRecord) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Records a run whose process ends with an uncaught error. */
  readonly fatal: FatalLegs;
}

/** A leg of a run, with the context that the app's tasks have. */
export function taskLeg({ runtime, component, port, fatal, ...options }: LegOptions): Promise<RunRecord> {
  const leg = runLeg({
    ...options,
    failSignal: fatal.signal,
    task: taskOf(component),
    component: component.name,
    makeContext: (scope, run) => {
      port.use(run.pace);
      const { params, settings } = run;
      const dryRun = settings.dryRun === true;
      return taskContext(runtime, component, scope, { params, run, dryRun, onWrite: run.onWrite });
    },
  });
  return fatal.follow(leg);
}
