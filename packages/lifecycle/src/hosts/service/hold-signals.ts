import { STOP_SIGNALS } from './stop-signals.ts';

// biome-ignore lint/suspicious/noExplicitAny: Node types each event's arguments apart
type Listener = (...args: any[]) => void;

/** The part of `process` that a service needs; tests pass their own. */
export interface ServiceProcess {
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
  exit(code: number): void;
  /** Kinds of what keeps the process alive, for the report. */
  getActiveResourcesInfo?(): string[];
}

/** Stop signals that came before there was anything to stop. */
export interface HeldSignals {
  /** The first one that came, if any. The caller listens from then on. */
  release(): string | undefined;
}

/**
 * Listens for stop signals until `runService` does: as PID 1 a process ignores a signal without
 * a listener, and would then be killed at the end of its stop timeout; as any other it would die
 * without a report.
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
