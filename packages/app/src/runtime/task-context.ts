import type { RunInfo } from '@twelvefold/admin/internal';
import type { Scope } from '@twelvefold/lifecycle';
import type { TaskComponent } from '../component.ts';
import type { TaskContext } from '../context.ts';
import { runsKey } from '../task-runs.ts';
import type { Clients } from './open-clients.ts';
import type { Runtime } from './open-runtime.ts';

export interface TaskContextOptions {
  readonly params: unknown;
  /** Absent for a task without a record. */
  readonly run?: RunInfo;
  readonly dryRun: boolean;
  /** Counts a write that a dry run did not make. */
  onWrite(resource: string, method: string): void;
}

/** The context of a task: that of every component, and the facts of its run. */
export async function taskContext(
  runtime: Runtime,
  component: TaskComponent,
  scope: Scope,
  { params, run, dryRun, onWrite }: TaskContextOptions,
): Promise<TaskContext<unknown, Clients, unknown>> {
  const context = await runtime.run(component, scope, (found) => found);
  const hidden = runsKey(component.app);
  const all = dryRun ? runtime.dryRunClients(component, onWrite) : context.backing;
  const clients = Object.entries(all).filter(([key]) => key !== hidden);
  // Getters of the context stay getters: a signal that no handler asks for is not made.
  return Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(context),
    backing: { value: Object.freeze(Object.fromEntries(clients)), enumerable: true },
    params: { value: params, enumerable: true },
    dryRun: { value: dryRun, enumerable: true },
    run: { value: run, enumerable: true },
  });
}
