import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import { CORRELATION_HEADER } from '../correlation.ts';
import type { RequestContext } from './exchange.ts';
import { Exchange } from './exchange.ts';
import type { HttpHandler, RequestOutcome } from './serve.ts';
import { serve } from './serve.ts';

export interface ServeOptions {
  component: string;
  /** Aborts the scope's signal when it aborts. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for an answer; a handler that goes on is answered for with 504. @defaultValue Infinity */
  answerMs?: number | undefined;
  /** @defaultValue systemClock */
  clock?: Clock;
  /** Called inside the scope, once per request. */
  onOutcome?: ((outcome: RequestOutcome) => void) | undefined;
}

/**
 * Answers one `Request` in a scope as the hosts do, for a host of your own: correlation id in and out, a bare 500 problem for what the
 * handler throws, 504 after `answerMs`.
 *
 * @example
 * ```ts
 * const response = await serveRequest(() => new Response('hello'), new Request('http://localhost/'), { component: 'http' });
 * ```
 */
export function serveRequest(handler: HttpHandler, request: Request, options: ServeOptions): Promise<Response> {
  const { component, signal, answerMs = Number.POSITIVE_INFINITY, clock = systemClock, onOutcome } = options;
  return new Promise((resolve) => {
    const exchange = new RequestExchange(component, request, answerMs, clock, resolve);
    const onAbort = () => exchange.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true, signal: exchange.overSignal });
    serve({ component, handler, onOutcome, clock }, exchange);
  });
}

const NO_CONTEXT: RequestContext = { sourceAddress: undefined, claims: undefined, stage: undefined };

class RequestExchange extends Exchange {
  readonly request: Request;
  readonly context = NO_CONTEXT;
  readonly #over = new AbortController();
  readonly #undo: () => void;
  readonly #endMs: number;
  readonly #clock: Clock;
  readonly #resolve: (response: Response) => void;

  constructor(
    component: string,
    request: Request,
    answerMs: number,
    clock: Clock,
    resolve: (response: Response) => void,
  ) {
    super(component, request.method, request.url);
    this.request = request;
    this.#clock = clock;
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
    return Math.max(0, this.#endMs - this.#clock.monotonic());
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
