import type { Host } from './detect.ts';

/** How a long-running host behaves, as data. */
export interface HostProfile {
  readonly host: Host;
  /** Milliseconds from the stop signal until everything must be over. */
  readonly budgetMs: number;
  /** Milliseconds to go on accepting connections after the drain began. */
  readonly lingerMs: number;
  readonly logFormat: 'json' | 'pretty';
  /** What every log line should say about the host. */
  readonly facts: Readonly<Record<string, unknown>>;
}
