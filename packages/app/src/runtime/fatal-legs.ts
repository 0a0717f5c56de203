import type { Clock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import type { FatalErrorOptions } from '@twelvefold/lifecycle/internal';
import type { Metrics } from '@twelvefold/logging';

/**
 * The legs of runs that a process works on. When an error that nothing caught ends the process,
 * they end first: a run that died in silence would be begun again when its lease runs out, and die
 * again.
 */
export interface FatalLegs {
  /** Aborts with that error. */
  readonly signal: AbortSignal;
  /** Waits for the leg in `end`. @returns the leg */
  follow<T>(leg: Promise<T>): Promise<T>;
  /** Fails the legs with `error`. Resolves when their records are written. */
  end(error: unknown): Promise<void>;
}

export function createFatalLegs(): FatalLegs {
  const controller = new AbortController();
  const legs = new Set<Promise<unknown>>();
  return {
    signal: controller.signal,
    follow: (leg) => {
      legs.add(leg);
      const forget = () => void legs.delete(leg);
      leg.then(forget, forget);
      return leg;
    },
    end: async (error) => {
      controller.abort(error);
      await Promise.allSettled(legs);
    },
  };
}

/**
 * Milliseconds for the end of the legs: a write of the record, and one of the lock. The host's
 * signal or deadline may end the process sooner.
 */
const LEGS_MS = 1_800;
/** Milliseconds for the metrics after it, also when a record could not be written in time. */
const METRICS_MS = 200;

export interface LegsFlushOptions {
  readonly legs: Pick<FatalLegs, 'end'>;
  readonly metrics: Pick<Metrics, 'flush'>;
  readonly clock: Clock;
}

/** The flush of a process that works on legs: their records, then the metrics. */
export function legsFlush({ legs, metrics, clock }: LegsFlushOptions): Pick<FatalErrorOptions, 'flush' | 'flushMs'> {
  return {
    flush: async (error) => {
      const late = Promise.withResolvers<void>();
      const cancel = after(clock, LEGS_MS, late.resolve);
      await Promise.race([legs.end(error), late.promise]);
      cancel();
      await metrics.flush('open');
    },
    flushMs: LEGS_MS + METRICS_MS,
  };
}
