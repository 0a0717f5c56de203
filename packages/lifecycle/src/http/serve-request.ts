import type { Clock, Deadline } from '@twelvefold/core';
import { CORRELATION_HEADER, SAMPLED, SAMPLED_HEADER } from '../correlation.ts';
import type { SpanInit } from '../otel/span.ts';
import type { Scope } from '../scope.ts';
import { runInScope, scopeSpan } from '../scope.ts';
import { isClientGone } from './client-gone.ts';
import { problem } from './problem.ts';

/** An HTTP application: any router's `fetch` fits. */
export type HttpHandler = (request: Request, scope: Scope) => Response | Promise<Response>;

/** What one answered request looked like, for the access log. */
export interface RequestOutcome {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  /** What the handler threw, when it did; the client got a bare 500. None when the client had gone: its status is 499 then. */
  readonly error?: unknown;
}

export interface ServeOptions {
  component: string;
  /** A `TimeoutError` as its reason means that the deadline is here: a handler that goes on is answered for with 504. */
  signal?: AbortSignal | undefined;
  deadline?: Deadline | undefined;
  clock: Clock;
  /** Called inside the scope, once per request; once more, outside of it, when the scope cannot end cleanly. */
  onOutcome?: ((outcome: RequestOutcome) => void) | undefined;
}

/** Bytes of a request body that every host accepts: the least of all, ALB's limit in front of Lambda. */
export const BODY_LIMIT_BYTES = 1_048_576;

/**
 * Runs one request in a scope of its own: the same on every host. The correlation id is taken from the request when well
 * formed and always returned; whatever the handler throws, or what hangs on the scope's end, becomes a bare 500 problem.
 */
export async function serveRequest(handler: HttpHandler, request: Request, options: ServeOptions): Promise<Response> {
  const { component, signal, deadline, clock, onOutcome } = options;
  const begun = clock.monotonic();
  const traceparent = request.headers.get('traceparent') ?? undefined;
  const tracestate = request.headers.get('tracestate') ?? undefined;
  const xray = request.headers.get('x-amzn-trace-id') ?? undefined;
  const init = {
    kind: 'http' as const,
    component,
    correlationId: request.headers.get(CORRELATION_HEADER) ?? undefined,
    trace: {
      ...(traceparent ? { traceparent } : {}),
      ...(tracestate ? { tracestate } : {}),
      ...(xray ? { xray } : {}),
    },
    sampled: request.headers.get(SAMPLED_HEADER) === SAMPLED,
    signal,
    deadline,
    span: () => serverSpan(request, component),
  };
  const tell = (status: number, error: unknown) =>
    onOutcome?.({
      method: request.method,
      path: new URL(request.url).pathname,
      status,
      durationMs: Math.round((clock.monotonic() - begun) * 1_000) / 1_000,
      ...(error === undefined ? {} : { error }),
    });
  const failed = () => problem({ status: 500, title: 'Internal Server Error' });
  let correlationId: string | undefined;
  const answered = runInScope(init, async (scope) => {
    correlationId = scope.correlationId;
    let response: Response;
    let error: unknown;
    try {
      response = await inTime(Promise.resolve(handler(request, scope)), options);
      if (!(response instanceof Response)) throw new TypeError('Cannot answer: the handler returned no Response');
      if (response.bodyUsed) throw new TypeError("Cannot answer: the response's body has been read; clone it first");
    } catch (caught) {
      // Nobody reads the answer to a client that hung up, and what its handler threw at that is no failure.
      if (isClientGone(signal?.reason)) {
        response = new Response(null, { status: CLIENT_CLOSED_REQUEST });
      } else {
        error = caught;
        response = caught === OUT_OF_TIME ? problem({ status: 504, title: 'Gateway Timeout' }) : failed();
      }
    }
    const span = scopeSpan(scope);
    span?.set('http.response.status_code', response.status);
    if (response.status >= 500) span?.fail(error ?? String(response.status));
    tell(response.status, error);
    return withHeader(response, CORRELATION_HEADER, scope.correlationId);
  });
  try {
    return await answered;
  } catch (error) {
    // A flush or a commit that hangs on the scope's end: without it the request is not done.
    tell(500, error);
    return correlationId === undefined ? failed() : withHeader(failed(), CORRELATION_HEADER, correlationId);
  }
}

function serverSpan({ method, url }: Request, component: string): SpanInit {
  const { pathname, protocol, hostname, port } = new URL(url);
  return {
    name: method, // the route is the app's to know
    kind: 'server',
    attributes: {
      'http.request.method': method,
      'url.path': pathname,
      'url.scheme': protocol.slice(0, -1),
      'server.address': hostname,
      ...(port === '' ? {} : { 'server.port': Number(port) }),
      'twelvefold.component': component,
    },
  };
}

/** What access logs call a request whose client hung up; it is never sent. */
const CLIENT_CLOSED_REQUEST = 499;

const OUT_OF_TIME = new DOMException('The handler did not answer before its deadline', 'TimeoutError');

/**
 * Like the promise, but rejects with {@link OUT_OF_TIME} when the signal says that the deadline is here and nothing came of it. Aborted
 * for another reason, the handler has what is left of its time: one that does not heed a client's hanging up must not go on for ever.
 */
async function inTime<T>(
  answering: Promise<T>,
  { signal, deadline, clock }: Pick<ServeOptions, 'signal' | 'deadline' | 'clock'>,
): Promise<T> {
  if (!signal) return answering;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const answered = new AbortController();
  const onAbort = () => {
    // A turn for handlers that heed the signal: what they answer is better than a bare 504.
    const end = () => void setImmediate(() => reject(OUT_OF_TIME));
    const leftMs = deadline?.remainingMs() ?? Number.POSITIVE_INFINITY;
    if (isTimeout(signal.reason)) end();
    else if (leftMs < Number.POSITIVE_INFINITY) clock.sleep(leftMs, answered.signal).then(end, () => undefined);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answering, late]);
  } finally {
    answered.abort();
    signal.removeEventListener('abort', onAbort);
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

function withHeader(response: Response, name: string, value: string): Response {
  try {
    response.headers.set(name, value);
    return response;
  } catch {
    // Headers of a response from fetch() or Response.redirect() are immutable.
    const headers = new Headers(response.headers);
    headers.set(name, value);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  }
}
