/** One thing done for one resource while stopping. */
export interface ShutdownStep {
  readonly step: 'quiesce' | 'drain' | 'flush' | 'stop';
  readonly resource: string;
  readonly durationMs: number;
  /** `abandoned`: it had not finished when its time was over. */
  readonly outcome: 'done' | 'failed' | 'abandoned';
  readonly error?: string;
}

/** What happened while stopping: one structured record, made once. */
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
   * What was still open when everything had stopped, by Node's name of it (`TCPSocketWrap`, `Timeout`): it would have kept the
   * process alive. Empty after a clean stop; only where the process can tell.
   */
  readonly openHandles?: Readonly<Record<string, number>>;
}
