import type { Clock } from './clock.ts';
import type { Stores } from './stores.ts';

/** What an action knows of the call it answers. */
export interface CallContext {
  readonly service: string;
  readonly action: string;
  /** From the SigV4 credential scope; state is apart by account and region. */
  readonly account: string;
  readonly region: string;
  /** The URL the caller reached us at, e.g. `http://127.0.0.1:4566`: for queue URLs. */
  readonly origin: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly clock: Clock;
  /** Aborts when the client hangs up: ends a long poll. */
  readonly signal: AbortSignal;
  /** The stores of every service for this account and region, so SNS can reach queues. */
  readonly stores: Stores;
  /** Names a resource (ARN) that this call touches, for the call log. Call it as soon as the input tells. */
  touches(arn: string, action?: string): void;
}

/**
 * One AWS operation: input as the JSON protocol would carry it (blobs as base64 strings), output likewise. Throws
 * {@link ServiceError} for anything AWS would refuse.
 */
export type Action = (input: Record<string, unknown>, context: CallContext) => unknown | Promise<unknown>;

/** One AWS service: how calls reach it and what it can do. One file per action. */
export interface ServiceModule {
  /** The signing name in the credential scope, e.g. `sqs`, `secretsmanager`. */
  readonly name: string;
  /** For AWS JSON: what stands before the dot in `X-Amz-Target`, e.g. `AmazonSQS`, `DynamoDB_20120810`. */
  readonly json?: { readonly targetPrefix: string; readonly version: '1.0' | '1.1' };
  /** For Query/XML: the XML namespace of the answers. */
  readonly query?: { readonly xmlns: string };
  readonly actions: Readonly<Record<string, Action>>;
}
