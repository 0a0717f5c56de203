/** One thing done for one resource while stopping. */
export interface ShutdownStep {
  readonly step: 'quiesce' | 'drain' | 'flush' | 'stop';
  readonly resource: string;
  readonly durationMs: number;
  /** `abandoned`: it had not finished when its time was over. */
  readonly outcome: 'done' | 'failed' | 'abandoned';
  readonly error?: string;
}

/** The report of one stop, as one structured record. */
export interface ShutdownReport {
  /** Why: `SIGTERM`, `SIGINT`, `start failed`, ... */
  readonly reason: string;
  readonly durationMs: number;
  readonly budgetMs: number;
  readonly steps: readonly ShutdownStep[];
  /** `step resource` of everything that did not finish in time. */
  readonly abandoned: readonly string[];
  /** True when a second signal cut the drain short. */
  readonly forced: boolean;
  /**
   * Handles that were still open when everything had stopped, by Node's name (`TCPSocketWrap`,
   * `Timeout`): they would have kept the process alive. Empty after a clean stop; absent where the
   * process cannot list them.
   */
  readonly openHandles?: Readonly<Record<string, number>>;
}
