import { correlationIdFrom } from '../correlation.ts';
import type { Span } from '../otel/span.ts';
import type { OpenScope } from '../scope.ts';
import { openScope, scopeSpan } from '../scope.ts';
import type { Exchange } from './exchange.ts';
import { isClientGone, OUT_OF_TIME } from './exchange.ts';
import { plainText } from './light/plain-values.ts';
import { problem } from './problem.ts';

/** Stands in the access log for a request whose client hung up (nginx); it is never sent. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Answers one request in a new scope, the same on every host. The correlation id is taken from the
 * request when well formed and always returned; an error of the handler or of the scope's end
 * becomes a bare 500 problem. Makes no promise for a handler that returns none.
 */
export function serve(exchange: Exchange): void {
  const { service } = exchange;
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
  exchange.scope = scope;
  scope.run(begin, exchange, scope);
}

function begin(exchange: Exchange, scope: OpenScope): void {
  let answering: Response | Promise<Response>;
  try {
    answering = exchange.service.handler(exchange.request, scope, exchange.context);
  } catch (error) {
    settle(exchange, scope, undefined, error ?? new TypeError('The handler threw nothing'));
    return;
  }
  if (typeof (answering as Partial<Promise<Response>> | undefined)?.then !== 'function') {
    settle(exchange, scope, answering as Response, undefined); // not a promise, as just seen
    return;
  }
  exchange.onLate = answerLate;
  (answering as Promise<Response>).then(
    (response) => settle(exchange, scope, response, undefined),
    (error: unknown) => settle(exchange, scope, undefined, error ?? new TypeError('The handler threw nothing')),
  );
}

function answerLate(exchange: Exchange): void {
  const { scope } = exchange;
  scope?.run(settle, exchange, scope, undefined, OUT_OF_TIME);
}

/** Takes the first answer, or the first failure; drops a later one. */
function settle(exchange: Exchange, scope: OpenScope, response: Response | undefined, error: unknown): void {
  if (exchange.settled) {
    // The answer of a handler that was too late: the producer of its body must stop.
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
  if (closing === undefined) finish(exchange, scope, response, failure);
  else
    closing.then(
      () => finish(exchange, scope, response, failure),
      (late: unknown) => finish(exchange, scope, response, failure ?? late),
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

function finish(exchange: Exchange, scope: OpenScope, response: Response | undefined, failure: unknown): void {
  const { service } = exchange;
  // An error after the client hung up is not a failure: the handler's signal has aborted.
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
