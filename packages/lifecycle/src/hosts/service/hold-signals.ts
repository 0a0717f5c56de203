import type { ServiceProcess } from './run-service.ts';
import { STOP_SIGNALS } from './stop-signals.ts';

/** Stop signals that came before there was anything to stop. */
export interface HeldSignals {
  /** The first one that came, if any; from now on somebody else listens. */
  release(): string | undefined;
}

/**
 * Listens for stop signals until `runService` does: as PID 1 a process ignores a signal that nobody listens for, and would then be
 * killed at the end of its stop timeout; as any other it would die without a report.
 */
export function holdSignals(process: Pick<ServiceProcess, 'on' | 'off'>): HeldSignals {
  let first: string | undefined;
  const listeners = STOP_SIGNALS.map((signal): [string, () => void] => [
    signal,
    () => {
      first ??= signal;
    },
  ]);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return {
    release: () => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
      return first;
    },
  };
}
