import type { Clock } from '@twelvefold/core';
import { messageOf } from '@twelvefold/core/internal';
import type { Logger } from '@twelvefold/logging';
import type { Launcher } from '../launch/launcher.ts';
import type { RunPlace, RunRecord } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { AnyTask } from '../task.ts';
import type { LeaseState } from './next-step.ts';
import { nextStep } from './next-step.ts';

export interface SuperviseOptions {
  readonly store: RunStore;
  readonly tasks: readonly AnyTask[];
  /** By place. Runs of a place without a launcher are left to another supervisor. */
  readonly launchers: { readonly [P in RunPlace]?: Launcher };
  /** Names this supervisor in the history of runs. */
  readonly by: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
}

/** The outcome of a pass, by run. */
export interface SupervisorReport {
  readonly launched: readonly string[];
  readonly gaveUp: readonly string[];
  readonly waiting: readonly string[];
}

/**
 * One look at every run that is not settled: starts the next leg of those that yielded, died or are
 * due, and ends those that cannot go on. Two supervisors at once start a leg once.
 *
 * @example
 * ```ts
 * const { launched } = await supervise({
 *   store,
 *   tasks,
 *   launchers: { lambda: launcher },
 *   by: 'supervisor',
 *   clock,
 * });
 * ```
 */
export async function supervise(options: SuperviseOptions): Promise<SupervisorReport> {
  const report = { launched: [] as string[], gaveUp: [] as string[], waiting: [] as string[] };
  for await (const run of options.store.active({ signal: options.signal })) {
    try {
      report[await lookAfter(run, options)].push(run.id);
    } catch (error) {
      // One run that cannot be looked after must not hold up the others.
      options.logger?.error('Cannot look after run', { runId: run.id, task: run.task, error });
      report.waiting.push(run.id);
    }
  }
  return report;
}

/** One look at one run. */
export async function lookAfter(run: RunRecord, options: SuperviseOptions): Promise<keyof SupervisorReport> {
  const { store, tasks, launchers, by, clock, logger, signal } = options;
  const task = tasks.find(({ name }) => name === run.task);
  const launcher = launchers[run.on];
  const fields = { runId: run.id, task: run.task, on: run.on, leg: run.leg };
  if (!launcher) return 'waiting';
  const next = nextStep(run, task, await leaseOf(run, task, store, signal), clock.now());
  switch (next.step) {
    case 'wait':
      logger?.debug('Run waits', { ...fields, why: next.why });
      return 'waiting';
    case 'give up': {
      const { status } = await store.giveUp(run, next.error, by, { signal });
      if (status !== 'errored') return 'waiting';
      logger?.error('Run given up', { ...fields, error: next.error });
      return 'gaveUp';
    }
    case 'launch': {
      const launch = { at: new Date(clock.now()).toISOString(), attempts: next.attempts };
      const launched = await store.launch(run, launch, by, { signal });
      if (!launched) return 'waiting';
      try {
        // The same for a repeated request of this launch, another one for the next.
        const ref = await launcher.launch(launched, `${run.leg + 1}.${run.version}`, { ...(signal && { signal }) });
        await store.launchedAs(launched, { ref }, { signal });
        logger?.info('Leg launched', { ...fields, ref, attempts: next.attempts });
        return 'launched';
      } catch (error) {
        logger?.error('Cannot launch leg', { ...fields, attempts: next.attempts, error });
        await store.launchedAs(launched, { failure: messageOf(error) }, { signal });
        return 'waiting';
      }
    }
  }
}

/** The lease that a leg of the run would need. */
async function leaseOf(
  { id, task: name }: RunRecord,
  task: AnyTask | undefined,
  store: RunStore,
  signal: AbortSignal | undefined,
): Promise<LeaseState> {
  const lock = (task?.concurrency ?? 1) === 1 ? `task/${name}` : `leg/${id}`;
  const state = await store.locks('supervisor').inspect(lock, { ...(signal && { signal }) });
  if (!state?.holder) return {};
  return { holder: state.holder.component, untilMs: Date.parse(state.holder.leaseUntil) };
}
