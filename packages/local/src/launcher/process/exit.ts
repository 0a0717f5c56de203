/** How a process ended; both are null when it never started. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SIGNAL_NAMES: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** In Lambda's words: `exit status 1`, `signal: killed`. */
export function describeExit(exit: ProcessExit): string {
  if (exit.signal) return `signal: ${SIGNAL_NAMES[exit.signal] ?? exit.signal}`;
  return `exit status ${exit.code ?? 'unknown'}`;
}
