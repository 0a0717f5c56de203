/** The record of one run of a task, as data that can be printed, returned and stored. */
export interface Run<R = unknown> {
  readonly id: string;
  /** The task's name. */
  readonly task: string;
  /** `cancelled` when the run ended because its signal aborted. */
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  /** Finds the run's log lines, and those of everything it caused. */
  readonly correlationId: string;
  /** The task's return value. */
  readonly result?: R;
  readonly error?: RunError;
}

export interface RunError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}
