import type { Host } from './detect.ts';

/**
 * Enough for some 1,000 requests a second that hold a connection for 10 ms each; a definition may
 * ask for more.
 */
export const SERVICE_CONCURRENCY = 10;

/** How a long-running host behaves, as data. */
export interface HostProfile {
  readonly host: Host;
  /** Milliseconds from the stop signal until everything must be over. */
  readonly budgetMs: number;
  /** Milliseconds to go on accepting connections after the drain began. */
  readonly lingerMs: number;
  /** Address to listen on: all of them, or only this machine. */
  readonly address: '0.0.0.0' | '127.0.0.1';
  readonly logFormat: 'json' | 'pretty';
  /** Facts about the host for every log line. */
  readonly facts: Readonly<Record<string, unknown>>;
  /**
   * Whether the platform asks a container for its health: the port then opens although no component
   * is an HTTP front.
   */
  readonly asksHealth: boolean;
  /**
   * Where the ECS agent takes requests for scale-in protection; undefined unless the infrastructure
   * turned it on.
   */
  readonly protectionUri?: string;
  /** Requests and tasks that are expected at the same time: the size of connection pools. */
  readonly concurrency: number;
  /** A developer's machine. */
  readonly isDevelopment: boolean;
  /** Faults in the host's settings and the values that were taken instead; for the log. */
  readonly warnings: readonly string[];
}
