import type { Clock } from '@twelvefold/core';
import { correlationIdFrom } from '../correlation.ts';
import type { Span } from '../otel/span.ts';
import type { OpenScope, Scope } from '../scope.ts';
import { openScope, scopeSpan } from '../scope.ts';
import type { Exchange, RequestContext } from './exchange.ts';
import { isClientGone, OUT_OF_TIME } from './exchange.ts';
import { plainText } from './light/plain-parts.ts';
import { problem } from './problem.ts';

/** An HTTP application: any router's `fetch` fits. */
export type HttpHandler = (request: Request, scope: Scope, context: RequestContext) => Response | Promise<Response>;

/** One answered request, for the access log. */
export interface RequestOutcome {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  /** The handler's error, when it threw; the client got a bare 500. Not set when the client had gone: the status is 499 then. */
  readonly error?: unknown;
}

/** What answers the requests of one component, on every host. */
export interface HttpService {
  readonly component: string;
  handler: HttpHandler;
  /** Answers paths that begin with `/health` without a scope and an access line; `undefined` leaves the request to the handler. */
  health?: ((path: string) => Promise<Response> | undefined) | undefined;
  /** Called inside the scope, once per request, when what hangs on the scope's end is over as well. */
  onOutcome?: ((outcome: RequestOutcome) => void) | undefined;
  /** Called for a request that the host answered by itself, because it could not be one for the app. */
  onRefusal?: ((refusal: RequestRefusal) => void) | undefined;
  readonly clock: Clock;
}

/** A request that was refused before it had a scope. */
export interface RequestRefusal {
  readonly status: number;
  readonly correlationId: string;
  /** Not known for what could not be parsed. */
  readonly method?: string | undefined;
}

/** What access logs call a request whose client hung up; it is never sent. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Answers one request: in a scope of its own, and the same on every host. The correlation id is taken from the request when well formed
 * and always returned; what the handler or the scope's end throws becomes a bare 500 problem. No promise is made for a handler that
 * makes none.
 */
export function serve(service: HttpService, exchange: Exchange): void {
  exchange.startedMs = service.clock.monotonic();
  const health = service.health && exchange.path.startsWith('/health') ? service.health(exchange.path) : undefined;
  if (health) {
    exchange.settled = true;
    void health
      .catch(() => problem({ status: 500, title: 'Internal Server Error' }))
      .then((response) => exchange.respond(response, correlationIdFrom(exchange.correlationId)));
    return;
  }
  const scope = openScope(exchange);
  scope.run(begin, service, exchange, scope);
}

function begin(service: HttpService, exchange: Exchange, scope: OpenScope): void {
  let answering: Response | Promise<Response>;
  try {
    answering = service.handler(exchange.request, scope, exchange.context);
  } catch (error) {
    settle(service, exchange, scope, undefined, error);
    return;
  }
  if (typeof (answering as Partial<Promise<Response>> | undefined)?.then !== 'function') {
    settle(service, exchange, scope, answering as Response, undefined); // not a promise, as just seen
    return;
  }
  exchange.onLate = () => scope.run(settle, service, exchange, scope, undefined, OUT_OF_TIME);
  (answering as Promise<Response>).then(
    (response) => settle(service, exchange, scope, response, undefined),
    (error: unknown) =>
      settle(service, exchange, scope, undefined, error ?? new TypeError('The handler threw nothing')),
  );
}

/** Takes the first answer, or the first failure; a later one is let go. */
function settle(
  service: HttpService,
  exchange: Exchange,
  scope: OpenScope,
  response: Response | undefined,
  error: unknown,
): void {
  if (exchange.settled) {
    // The answer of a handler that was too late: what produces its body is told to stop.
    if (response instanceof Response && plainText(response) === undefined)
      response.body?.cancel(OUT_OF_TIME).catch(() => undefined);
    return;
  }
  exchange.settled = true;
  exchange.onLate = undefined;
  const failure = error ?? faultOf(response);
  scope.failed = failure !== undefined;
  const span = scopeSpan(scope);
  const closing = scope.close(span && ((late) => describe(span, response?.status ?? 500, failure ?? late)));
  if (closing === undefined) finish(service, exchange, scope, response, failure);
  else
    closing.then(
      () => finish(service, exchange, scope, response, failure),
      (late: unknown) => finish(service, exchange, scope, response, failure ?? late),
    );
}

function describe(span: Span, status: number, failure: unknown): void {
  const code = failure === undefined ? status : failure === OUT_OF_TIME ? 504 : 500;
  span.set('http.response.status_code', code);
  if (code >= 500) span.fail(failure ?? String(code));
}

function faultOf(response: unknown): TypeError | undefined {
  if (plainText(response as Response) !== undefined) return undefined; // a light response that was not read
  if (!(response instanceof Response)) return new TypeError('Cannot answer: the handler returned no Response');
  return response.bodyUsed
    ? new TypeError("Cannot answer: the response's body has been read; clone it first")
    : undefined;
}

function finish(
  service: HttpService,
  exchange: Exchange,
  scope: OpenScope,
  response: Response | undefined,
  failure: unknown,
): void {
  // Nothing reads the answer to a client that hung up, and what its handler threw at that is not a failure.
  const isGone = failure !== undefined && isClientGone(exchange.abortReason);
  let answer = failure === undefined ? response : undefined;
  answer ??= isGone
    ? new Response(null, { status: CLIENT_CLOSED_REQUEST })
    : failure === OUT_OF_TIME
      ? problem({ status: 504, title: 'Gateway Timeout' })
      : problem({ status: 500, title: 'Internal Server Error' });
  const { status } = answer;
  const { method, path } = exchange;
  const durationMs = Math.round((service.clock.monotonic() - exchange.startedMs) * 1_000) / 1_000;
  const error = isGone ? undefined : failure;
  const outcome = { method, path, status, durationMs };
  try {
    service.onOutcome?.(error === undefined ? outcome : { ...outcome, error });
  } finally {
    exchange.respond(answer, scope.correlationId);
  }
}
