import type { PoolCounts } from './lean/http/pool-counter.ts';
import type { CallOptions } from './port.ts';
import type { AwsService } from './services/aws-service.ts';
import type { Credentials } from './settings.ts';

/** One call as it reaches a transport. */
export interface TransportCall extends CallOptions {
  readonly service: AwsService;
  readonly operation: string;
  readonly input: unknown;
  /** Named in the user agent. */
  readonly component: string | undefined;
}

/** Connection counts of one service since the last call. */
export interface ConnectionCounts extends PoolCounts {
  /** The service. */
  readonly name: string;
}

/** The lean transport, which resolves its own credentials. */
export interface LeanTransport extends Transport {
  credentials(): Promise<Credentials> | Credentials;
}

/** A way to AWS below the port. Rejects as the port does. */
export interface Transport {
  send(call: TransportCall): Promise<unknown>;
  /** By service; absent for a transport without access to its sockets. */
  takeCounts?(): ConnectionCounts[];
  /** Drops what a freeze may have killed. */
  resume(): void;
  close(): void;
}
