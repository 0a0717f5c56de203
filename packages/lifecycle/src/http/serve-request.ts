import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import { CORRELATION_HEADER } from '../correlation.ts';
import { Exchange } from './exchange.ts';
import type { HttpHandler, HttpService, RequestContext, RequestOutcome } from './http-service.ts';
import { serve } from './serve.ts';

export interface ServeOptions {
  component: string;
  /** Aborts the scope's signal when it aborts. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds for an answer; a handler that goes on is answered for with 504. @defaultValue
   * Infinity
   */
  answerMs?: number | undefined;
  /** @defaultValue systemClock */
  clock?: Clock;
  /** Called inside the scope, once per request. */
  onOutcome?: ((outcome: RequestOutcome) => void) | undefined;
}

/**
 * Answers one `Request` in a scope as the hosts do, for a host of your own: correlation id in and
 * out, a bare 500 problem for what the handler throws, 504 after `answerMs`.
 */
export function serveRequest(handler: HttpHandler, request: Request, options: ServeOptions): Promise<Response> {
  const { component, signal, answerMs = Number.POSITIVE_INFINITY, clock = systemClock, onOutcome } = options;
  return new Promise((resolve) => {
    const service = { component, handler, onOutcome, clock };
    const exchange = new RequestExchange(service, request, answerMs, resolve);
    const onAbort = () => exchange.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true, signal: exchange.overSignal });
    serve(exchange);
  });
}

const NO_CONTEXT: RequestContext = { sourceAddress: undefined, claims: undefined, stage: undefined };

class RequestExchange extends Exchange {
  readonly request: Request;
  readonly context = NO_CONTEXT;
  readonly #over = new AbortController();
  readonly #undo: () => void;
  readonly #endMs: number;
  readonly #resolve: (response: Response) => void;

  constructor(service: HttpService, request: Request, answerMs: number, resolve: (response: Response) => void) {
    super(service, request.method, request.url);
    const { clock } = service;
    this.request = request;
    this.#endMs = clock.monotonic() + answerMs;
    this.#undo = after(clock, answerMs, () => this.expire());
    this.#resolve = resolve;
  }

  get overSignal(): AbortSignal {
    return this.#over.signal;
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined;
  }

  remainingMs(): number {
    return Math.max(0, this.#endMs - this.service.clock.monotonic());
  }

  respond(response: Response, correlationId: string): void {
    this.#undo();
    this.#over.abort();
    this.#resolve(withHeader(response, CORRELATION_HEADER, correlationId));
  }
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
