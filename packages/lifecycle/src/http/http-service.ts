import type { Clock } from '@twelvefold/core';
import type { Scope } from '../scope.ts';

/**
 * Facts about a request that the host has and the request does not. The same shape on every host;
 * `undefined` where it cannot know.
 */
export interface RequestContext {
  /**
   * Address of the client as the front reports it: the source address of API Gateway, the last
   * address that a load balancer appended. On a service the other end of the connection, or with
   * `proxies: n` the n-th last address of `X-Forwarded-For`.
   */
  readonly sourceAddress: string | undefined;
  /**
   * Facts that an authorizer of API Gateway established: the claims of a JWT, or the context that a
   * Lambda authorizer returned.
   */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** Set if the request came in on a listener that only this machine can reach: a laptop's. */
  readonly isLoopback?: true;
  /** API Gateway's stage, e.g. `prod` or `$default`. */
  readonly stage: string | undefined;
}

/** An HTTP application: any router's `fetch` fits. */
export type HttpHandler = (request: Request, scope: Scope, context: RequestContext) => Response | Promise<Response>;

/** One answered request, for the access log. */
export interface RequestOutcome {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  /**
   * The handler's error, when it threw; the client got a bare 500. Not set when the client had
   * gone: the status is 499 then.
   */
  readonly error?: unknown;
}

/** A request that was refused before it had a scope. */
export interface RequestRefusal {
  readonly status: number;
  readonly correlationId: string;
  /** `undefined` for a request that could not be parsed. */
  readonly method?: string | undefined;
}

/** Answers the requests of one component, on every host. */
export interface HttpService {
  readonly component: string;
  handler: HttpHandler;
  /**
   * Answers paths that begin with `/health` without a scope and an access line; `undefined` leaves
   * the request to the handler.
   */
  health?: ((path: string) => Promise<Response> | undefined) | undefined;
  /**
   * Called inside the scope, once per request, when the callbacks on the scope's end are over as
   * well.
   */
  onOutcome?: ((outcome: RequestOutcome) => void) | undefined;
  /** Called for a request that the host refused: it never reached the handler. */
  onRefusal?: ((refusal: RequestRefusal) => void) | undefined;
  readonly clock: Clock;
}
