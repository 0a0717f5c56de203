import type { CallOptions, Service } from './port.ts';

/** One call as it reaches a transport. */
export interface TransportCall extends CallOptions {
  readonly service: Service;
  readonly operation: string;
  readonly input: unknown;
  /** Named in the user agent. */
  readonly component: string | undefined;
}

/** A way to AWS below the port. Rejects as the port does. */
export interface Transport {
  send(call: TransportCall): Promise<unknown>;
  /** Drops what a freeze may have killed. */
  resume(): void;
  close(): void;
}
