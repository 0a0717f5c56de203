import type { Deadline } from '@twelvefold/core';
import { after, NO_DEADLINE } from '@twelvefold/core/internal';
import { CORRELATION_HEADER, correlationIdFrom } from '../../correlation.ts';
import { Exchange, OUT_OF_TIME } from '../../http/exchange.ts';
import type { HttpService, RequestContext } from '../../http/http-service.ts';
import { refuse } from '../../http/limits.ts';
import { problem } from '../../http/problem.ts';
import { serve } from '../../http/serve.ts';
import { AnswerWriter } from '../../http/write-answer.ts';
import type { OpenScope } from '../../scope.ts';
import type { AlbEvent, AlbResult } from './alb.ts';
import { alb } from './alb.ts';
import type { HttpEventV1, HttpResultV1 } from './api-gateway-v1.ts';
import { apiGatewayV1 } from './api-gateway-v1.ts';
import type { HttpEventV2, HttpResultV2 } from './api-gateway-v2.ts';
import { apiGatewayV2 } from './api-gateway-v2.ts';
import type { EventFields, EventFormat, Pair } from './event-fields.ts';
import { eventRequest, headerOf } from './event-fields.ts';
import { readAnswer } from './event-result.ts';
import type { ResponseStream } from './response-stream.ts';
import { StreamSink } from './response-stream.ts';

/** Every event that is an HTTP request. */
export type HttpEvent = HttpEventV2 | HttpEventV1 | AlbEvent;
export type HttpResult = HttpResultV2 | HttpResultV1 | AlbResult;

export interface AnswerEventOptions {
  /** By when the answer must be there. @defaultValue never */
  deadline?: Deadline | undefined;
  /** Milliseconds for an answer, where the component has its own limit. @defaultValue Infinity */
  answerMs?: number | undefined;
  /** Called with an answer that is larger than the front carries; the client gets a bare 500. */
  onTooLarge?: (sizeBytes: number, limitBytes: number) => void;
  /**
   * Called with the error of an answer whose body broke while it was read; the client gets a bare
   * 500, nothing has left yet.
   */
  onBroken?: (error: unknown) => void;
  /** Called with what an app should mend, e.g. a header that does not fit its body. */
  onWarning?: (message: string) => void;
}

const FORMATS: ReadonlyArray<EventFormat<HttpEvent, HttpResult>> = [apiGatewayV2, alb, apiGatewayV1] as never; // each takes only what it matches

/**
 * Reads an HTTP event of any shape: API Gateway REST APIs and payload format 1.0, HTTP APIs and
 * function URLs (2.0), Application Load Balancers in both header modes. `undefined` for any other
 * event.
 *
 * @param basePath - taken away from the beginning of paths: the base path of a custom domain
 */
export function readHttpEvent(event: unknown, basePath?: string): HttpEventExchange | undefined {
  const format = FORMATS.find((one) => one.matches(event));
  return format && new HttpEventExchange(format, event as HttpEvent, basePath); // matched, as just seen
}

/** One HTTP event: its request, and how it is answered. */
export class HttpEventExchange {
  /** A response where the event leads to one by itself: too large, malformed. */
  readonly request: Request | Response;
  readonly #format: EventFormat<HttpEvent, HttpResult>;
  readonly #event: HttpEvent;
  readonly #headers: readonly Pair[];
  readonly #method: string;
  readonly #path: string;

  constructor(format: EventFormat<HttpEvent, HttpResult>, event: HttpEvent, basePath: string | undefined) {
    this.#format = format;
    this.#event = event;
    const fields = fieldsOf(format, event);
    this.#headers = fields?.headers ?? [];
    this.#method = fields?.method ?? 'GET';
    this.#path = fields?.path ?? '';
    this.request = fields ? eventRequest(fields, basePath) : refuse('malformed', correlationIdFrom(undefined));
  }

  /** The event's result from a response. */
  async result(response: Response, correlationId?: string, onWarning?: (message: string) => void): Promise<HttpResult> {
    const acceptEncoding = headerOf(this.#headers, 'accept-encoding');
    const answer = await readAnswer(response, correlationId, { method: this.#method, acceptEncoding, onWarning });
    return this.#format.result(answer, this.#event);
  }

  /** Answers the event through the service, within what the front carries. */
  async answer(service: HttpService, options: AnswerEventOptions = {}): Promise<HttpResult> {
    const { response, correlationId, scope } = await this.#serve(service, options);
    const failed = () =>
      this.result(problem({ status: 500, title: 'Internal Server Error' }, correlationId), correlationId);
    let result: HttpResult;
    try {
      result = await this.result(response, correlationId, options.onWarning);
    } catch (error) {
      if (scope) scope.run(() => options.onBroken?.(error));
      return failed();
    }
    const sizeBytes = result.body === undefined ? 0 : Buffer.byteLength(result.body);
    if (sizeBytes <= this.#format.limitBytes) return result;
    options.onTooLarge?.(sizeBytes, this.#format.limitBytes);
    return failed();
  }

  /**
   * Answers the event through the service, piece by piece as on a long-running host. Rejects when
   * the answer breaks off: Lambda ends the response stream then, so that the client cannot take it
   * for whole. At the deadline an event stream ends, any other answer breaks off.
   */
  async stream(service: HttpService, stream: ResponseStream, options: AnswerEventOptions = {}): Promise<void> {
    const { clock } = service;
    const { deadline = NO_DEADLINE, onBroken, onWarning } = options;
    const { response, correlationId, scope } = await this.#serve(service, options);
    const sink = new StreamSink(stream);
    const request = { method: this.#method, path: this.#path, header: (name: string) => headerOf(this.#headers, name) };
    const writer = new AnswerWriter(request, sink, {
      draining: false,
      stalls: () => {},
      flows: () => {},
      warn: (message) => onWarning?.(message),
      fail: (error) => {
        sink.fault = error;
        onBroken?.(error);
      },
    });
    const undo = after(clock, deadline.remainingMs(), () => writer.expire(OUT_OF_TIME));
    try {
      // In the scope, so that lines about the answer carry its correlation id.
      if (scope) scope.run(() => writer.write(response, correlationId));
      else writer.write(response, correlationId);
      await sink.done;
    } finally {
      undo();
    }
  }

  /** The answer of the app, or of the host for a request that it refuses. */
  #serve(service: HttpService, options: AnswerEventOptions): Promise<Answered> {
    const { request } = this;
    if (!(request instanceof Response)) {
      const context = this.#format.context(this.#event);
      return new Promise((resolve) =>
        serve(new EventExchange(service, request, this.#headers, context, options, resolve)),
      );
    }
    const correlationId = request.headers.get(CORRELATION_HEADER) ?? '';
    service.onRefusal?.({ status: request.status, correlationId, method: this.#method });
    return Promise.resolve({ response: request, correlationId, scope: undefined });
  }
}

/** `undefined` where a part of the event has another type than its front gives it. */
function fieldsOf(format: EventFormat<HttpEvent, HttpResult>, event: HttpEvent): EventFields | undefined {
  try {
    return format.fields(event);
  } catch {
    return undefined;
  }
}

interface Answered {
  readonly response: Response;
  readonly correlationId: string;
  /** The request's; `undefined` for one that was refused. */
  readonly scope: OpenScope | undefined;
}

/** A request of an event; its answer is handed over. */
class EventExchange extends Exchange {
  readonly request: Request;
  readonly context: RequestContext;
  readonly #headers: readonly Pair[];
  readonly #endMs: number;
  readonly #undo: () => void;
  readonly #resolve: (answered: Answered) => void;

  constructor(
    service: HttpService,
    request: Request,
    headers: readonly Pair[],
    context: RequestContext,
    { deadline = NO_DEADLINE, answerMs = Number.POSITIVE_INFINITY }: AnswerEventOptions,
    resolve: (answered: Answered) => void,
  ) {
    super(service, request.method, request.url);
    const { clock } = service;
    this.request = request;
    this.context = context;
    this.#headers = headers;
    this.#resolve = resolve;
    const leftMs = Math.min(answerMs, deadline.remainingMs());
    this.#endMs = clock.monotonic() + leftMs;
    this.#undo = after(clock, leftMs, () => this.expire());
  }

  header(name: string): string | undefined {
    return headerOf(this.#headers, name);
  }

  remainingMs(): number {
    return Math.max(0, this.#endMs - this.service.clock.monotonic());
  }

  respond(response: Response, correlationId: string): void {
    this.#undo();
    this.#resolve({ response, correlationId, scope: this.scope });
  }
}
