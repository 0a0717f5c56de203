import type { DryRunMethod, RunInfo } from '@twelvefold/admin';
import { dryRunClient } from '@twelvefold/admin';
import type { Definition } from '@twelvefold/backing';
import { actionsOf, kindOf } from '@twelvefold/backing';
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
  const { app } = component;
  const hidden = runsKey(app);
  const clients = Object.entries(context.backing)
    .filter(([key]) => key !== hidden)
    .map(([key, client]): [string, object] => {
      const definition = app.backing[key];
      if (!dryRun || !definition) return [key, client];
      return [key, dryRunClient(key, client, dryRunMethods(definition), onWrite)];
    });
  // Getters of the context stay getters: a signal that no handler asks for is not made.
  return Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(context),
    backing: { value: Object.freeze(Object.fromEntries(clients)), enumerable: true },
    params: { value: params, enumerable: true },
    dryRun: { value: dryRun, enumerable: true },
    run: { value: run, enumerable: true },
  });
}

/** Actions that change nothing. */
const READS = /:(BatchGet|ConditionCheck|Describe|Get|Head|List|Query|Scan)/;

/**
 * What a dry run does with each method of a kind: what the kind says, otherwise by the actions of the
 * accesses that have it. A method of an access without actions may write: IAM does not know it.
 */
function dryRunMethods(definition: Definition): Record<string, DryRunMethod> {
  const { accesses, dryRun = {} } = kindOf(definition);
  const methods: Record<string, DryRunMethod> = {};
  for (const [access, { methods: names, sumOf }] of Object.entries(accesses)) {
    if (sumOf !== undefined) continue; // its parts have the same methods
    const actions = actionsOf(definition, access);
    const reads = actions.length > 0 && actions.every((action) => READS.test(action));
    for (const name of names) methods[name] = reads ? (methods[name] ?? 'pass') : 'unknown';
  }
  return { ...methods, ...dryRun };
}
