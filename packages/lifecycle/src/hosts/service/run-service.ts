import type { Lifecycle } from '../../lifecycle.ts';
import type { ShutdownReport } from '../../shutdown-report.ts';
import type { HeldSignals, ServiceProcess } from './hold-signals.ts';
import { STOP_SIGNALS } from './stop-signals.ts';

export interface RunServiceOptions {
  lifecycle: Lifecycle;
  process: ServiceProcess;
  /**
   * Signals that came while the lifecycle was being made; one of them stops it before it starts.
   */
  held?: HeldSignals;
  /** Called once with what stopping came to, before the process exits. */
  onReport?: (report: ShutdownReport) => void;
  /** Called with an error that ends the service: a failed start, an uncaught exception. */
  onFatal?: (error: unknown, origin: string) => void;
  /** The exit code for a failed start. @defaultValue 1 */
  exitCode?: (error: unknown) => number;
}

/**
 * Starts a lifecycle and runs until the process gets a stop signal. The first SIGTERM or SIGINT
 * drains, the second cuts the drain short. Works as PID 1, where no signal has a default handler,
 * and always ends in an exit: a clean-up that merely returns would leave a container hanging on an
 * open handle.
 *
 * Exits with 0 after a clean stop, 1 after an abandoned or forced one or an uncaught error,
 * `exitCode(error)` after a failed start. Resolves with the exit code (a real process is gone by
 * then).
 */
export async function runService(options: RunServiceOptions): Promise<number> {
  const { lifecycle, process, held, onReport, onFatal, exitCode = () => 1 } = options;
  const starting = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  let stopping = false;

  const stop = async (reason: string, code: number) => {
    stopping = true;
    // Nothing more may start behind the back of what stops.
    starting.abort(new Error(`Stopped by ${reason} while starting`));
    try {
      const stopped = await lifecycle.stop(reason);
      const active = process.getActiveResourcesInfo?.();
      const report = active ? { ...stopped, openHandles: openHandles(active) } : stopped;
      onReport?.(report);
      end(code !== 0 ? code : report.abandoned.length > 0 || report.forced ? 1 : 0);
    } catch (error) {
      // A listener that fails (a log that cannot be written) must not keep the process from ending.
      onFatal?.(error, 'stop');
      end(1);
    }
  };
  const onSignal = (signal: string) => () => {
    if (stopping) {
      lifecycle.force();
      return;
    }
    void stop(signal, 0);
  };
  const onUncaught = (origin: string) => (error: unknown) => {
    onFatal?.(error, origin);
    if (!stopping) void stop(origin, 1);
  };
  const listeners: Array<[string, Parameters<ServiceProcess['on']>[1]]> = [
    ...STOP_SIGNALS.map((signal): [string, () => void] => [signal, onSignal(signal)]),
    ['uncaughtException', onUncaught('uncaught exception')],
    ['unhandledRejection', onUncaught('unhandled rejection')],
  ];
  for (const [event, listener] of listeners) process.on(event, listener);
  const early = held?.release();
  if (early) void stop(early, 0);

  try {
    await lifecycle.start(starting.signal);
  } catch (error) {
    if (!stopping) {
      onFatal?.(error, 'start');
      void stop('start failed', exitCode(error));
    }
  }
  const code = await ended;
  for (const [event, listener] of listeners) process.off(event, listener);
  process.exit(code);
  return code;
}

/** Open in every process: its standard streams, and the listeners of its signals. */
const EXPECTED = new Set(['TTYWrap', 'PipeWrap', 'SignalWrap', 'FSReqCallback', 'Immediate']);

/** Counts what keeps a process alive, by kind, its standard streams and signal listeners apart. */
function openHandles(active: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of active) if (!EXPECTED.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
