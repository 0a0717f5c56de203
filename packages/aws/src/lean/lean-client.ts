import type { DebugLogger } from '../logger.ts';
import type { AwsService } from '../services/aws-service.ts';
import type { Credentials, Environment } from '../settings.ts';
import type { CredentialSource } from './credentials/credential-source.ts';
import type { Pool } from './http/pool.ts';
import type { RetryQuota } from './retry/retry-quota.ts';
import type { SigningHead } from './signing/sign-request.ts';

/** Time, randomness and the network's limits; tests pass their own. */
export interface LeanRuntime {
  now(): number;
  random(): number;
  /** Rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Bytes of one response. Ten messages of 1 MiB in JSON with every character escaped have 60 MiB;
   * a page of DynamoDB has 1 MB.
   */
  readonly maxResponseBytes: number;
  /**
   * Milliseconds that a connection may be idle. DynamoDB was seen to close after 60 s, SNS and SQS
   * sooner (aws-sdk-java#1365, aws-sdk-go-v2#3423); none documents it. A shorter time that a server
   * announces in `keep-alive` counts instead.
   */
  readonly idleMs: number;
}

/** The settings and state of one service. */
export interface LeanClient {
  readonly service: AwsService;
  readonly pool: Pool;
  readonly quota: RetryQuota;
  readonly region: string;
  /** The `host` header. */
  readonly host: string;
  readonly path: string;
  /** The endpoint when it is not AWS's own. */
  readonly endpoint: string | undefined;
  /** The heads of the last requests, by operation. */
  readonly heads: Map<string, RequestHead>;
  /** Milliseconds to add to this machine's clock to get AWS's. */
  skewMs: number;
}

/** The settings that all services share. */
export interface LeanContext {
  readonly runtime: LeanRuntime;
  readonly credentials: CredentialSource;
  readonly env: Environment;
  /**
   * Whether Lambda may put a trace id into the environment. Elsewhere the variable is not read for
   * each call: reading `process.env` costs as much as a hash.
   */
  readonly mayHaveTrace: boolean;
  readonly userAgent: (component: string | undefined) => string;
  readonly logger: DebugLogger | undefined;
  readonly maxAttempts: number;
  readonly requestTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/**
 * The common part of requests of one operation that are signed within one second with the same
 * credentials.
 */
export interface RequestHead {
  readonly date: string;
  readonly credentials: Credentials;
  /** The request line and the headers that are signed. */
  readonly text: string;
  readonly signing: SigningHead;
  /**
   * The last body and its signature: SigV4 has no nonce, and a poller
   * repeats the same request many times a second.
   */
  last: { readonly body: string; readonly authorization: string } | undefined;
}
