/**
 * The legs of runs that a process works on. When an error that nothing caught ends the process, they
 * end first: a run that died in silence would be begun again when its lease runs out, and die again.
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
 * Milliseconds for the end of the legs and the metrics: a write of the record, and one of the lock.
 * The host's signal or deadline may end the process sooner.
 */
export const FATAL_MS = 2_000;
