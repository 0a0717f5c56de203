import { TwelvefoldError } from '@twelvefold/core';
import { newRun } from '../launch/new-run.ts';
import { explainStop, neverStarted } from '../launch/stop-reasons.ts';
import type { SuperviseOptions, SupervisorReport } from './supervise.ts';
import { lookAfter, supervise } from './supervise.ts';
import { supervisorEvent } from './supervisor-event.ts';

export interface SupervisorOptions extends SuperviseOptions {
  readonly release?: string | undefined;
}

/**
 * The supervisor's answer to one event. A schedule's run is written before it starts, under a key
 * of the
 * schedule and its time: a tick that arrives twice is one run.
 */
export async function handleSupervisorEvent(event: unknown, options: SupervisorOptions): Promise<SupervisorReport> {
  const { store, tasks, clock, signal, release } = options;
  const read = supervisorEvent(event);
  if (read.kind === 'due') {
    const task = tasks.find(({ name }) => name === read.task);
    if (!task) {
      const known = tasks.map(({ name }) => name).join(', ');
      throw new TwelvefoldError('INVOCATION_INVALID', `Cannot start task '${read.task}': the app has ${known}`);
    }
    const { scheduleArn, scheduledTime } = read;
    const launch = { on: read.on, caller: scheduleArn, release, tick: { scheduleArn, scheduledTime }, clock };
    const { run } = await store.create((await newRun(task, read.params, launch)).run, { signal });
    const outcome = await lookAfter(run, options);
    return { launched: [], gaveUp: [], waiting: [], [outcome]: [run.id] };
  }
  if (read.kind === 'stopped') {
    const run = await store.get(read.run, { signal }).catch((error: unknown) => {
      if (TwelvefoldError.isInstance(error, 'RUN_NOT_FOUND')) return undefined;
      throw error;
    });
    // DescribeTasks forgets a stopped task after an hour: the record must have the reason by then.
    if (run?.launch && neverStarted(read.task)) {
      await store.launchedAs(run, { ref: read.taskArn, failure: explainStop(read.task) }, { signal });
    }
  }
  return supervise(options);
}
