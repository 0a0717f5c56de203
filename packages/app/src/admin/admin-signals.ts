import type { Clock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';

/** The signals of a command, by what they mean for a run. */
export interface AdminSignals {
  /** Ctrl-C: pause behind the record. */
  readonly interrupted: AbortSignal;
  /** SIGTERM: stop behind the record, and go on elsewhere. */
  readonly drained: AbortSignal;
  /** A second signal, or the end of the time to stop: end at once. */
  readonly hard: AbortSignal;
  /** The first of any. */
  readonly any: AbortSignal;
  /** Gives the process's signals back. */
  release(): void;
}

export interface AdminSignalsOptions {
  readonly process: Pick<NodeJS.Process, 'on' | 'off'>;
  readonly clock: Clock;
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly budgetMs: number;
  /** Whether runs can stop behind a record; without records the first signal ends the task. */
  readonly recorded: boolean;
}

/** Kept of the time to stop for the end of the record and the flush. */
const RESERVE = 0.25;

export function adminSignals({ process, clock, budgetMs, recorded }: AdminSignalsOptions): AdminSignals {
  const [interrupt, drain, hard] = [new AbortController(), new AbortController(), new AbortController()];
  const reason = new Error('Interrupted');
  let cancel = () => {};
  const stop = (soft: AbortController) => {
    if (interrupt.signal.aborted || drain.signal.aborted || !recorded) hard.abort(reason);
    soft.abort(reason);
  };
  const onInterrupt = () => stop(interrupt);
  const onTerminate = () => {
    stop(drain);
    cancel = after(clock, budgetMs * (1 - RESERVE), () => hard.abort(reason));
  };
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  return {
    interrupted: interrupt.signal,
    drained: drain.signal,
    hard: hard.signal,
    any: AbortSignal.any([interrupt.signal, drain.signal, hard.signal]),
    release: () => {
      cancel();
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
    },
  };
}
