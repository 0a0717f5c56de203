import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { readBody } from '../../core/server.ts';
import { newTraceId } from '../function/function-spec.ts';
import type { FunctionStream, InvocationResult } from '../function/result.ts';
import type { ApiEvent } from './api-event.ts';
import { apiEvent } from './api-event.ts';
import type { ApiResponse } from './api-response.ts';
import { apiResponse, gatewayMessage } from './api-response.ts';
import { listen } from './listen.ts';
import { streamAnswer } from './stream-answer.ts';

export interface HttpFrontOptions {
  /** The function that answers; a {@link LaunchedFunction} or anything that invokes alike. */
  readonly fn: {
    invoke(
      event: unknown,
      options: { signal: AbortSignal; traceId: string; onStream?: (stream: FunctionStream) => void },
    ): Promise<InvocationResult>;
  };
  /** @defaultValue 0, a free port */
  readonly port?: number | undefined;
  /** @defaultValue '127.0.0.1' */
  readonly host?: string | undefined;
  /**
   * How long the function may take before the client gets a 503.
   *
   * @defaultValue 30000, the most that an HTTP API allows
   */
  readonly timeoutMs?: number | undefined;
  /** @defaultValue '123456789012' */
  readonly accountId?: string | undefined;
  /** @defaultValue 'local' */
  readonly apiId?: string | undefined;
  /**
   * Answers as a function URL of mode RESPONSE_STREAM does: piece by piece, for as long as the
   * function may take. @defaultValue false
   */
  readonly streaming?: boolean | undefined;
}

export interface HttpFront {
  /** e.g. `http://127.0.0.1:49152`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more requests, waits for those in flight (each ends within the timeout) and closes
   * every connection.
   */
  stop(): Promise<void>;
}

/** Quotas of an HTTP API: payload, and request line with all headers. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;

const DEFAULTS = {
  port: 0,
  host: '127.0.0.1',
  timeoutMs: 30_000,
  accountId: '123456789012',
  apiId: 'local',
  streaming: false,
};

/**
 * Puts an HTTP server before a function, as an API Gateway HTTP API with one `$default` route does:
 * requests become events of payload format 2.0, and payloads become responses.
 *
 * @throws {Error} when the port is taken
 * @example
 * ```ts
 * const front = await launchHttpFront({ fn, port: 8081 });
 * const response = await fetch(`${front.url}/orders/17`);
 * ```
 */
export async function launchHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  assertKnownOptions('use launchHttpFront', options, ['fn', ...Object.keys(DEFAULTS)]);
  const timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
  const api = { accountId: options.accountId ?? DEFAULTS.accountId, apiId: options.apiId ?? DEFAULTS.apiId };
  const host = options.host ?? DEFAULTS.host;
  const inFlight = new Set<Promise<void>>();

  async function answer(event: ApiEvent, traceId: string): Promise<ApiResponse> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), timeoutMs);
    try {
      const result = await options.fn.invoke(event, { signal: patience.signal, traceId });
      if (!result.error) return apiResponse(result.payload);
      return result.error.errorType === 'RequestEntityTooLargeException'
        ? gatewayMessage(413, 'Request Entity Too Large')
        : gatewayMessage(500, 'Internal Server Error');
    } catch {
      return patience.signal.aborted
        ? gatewayMessage(503, 'Service Unavailable')
        : gatewayMessage(500, 'Internal Server Error');
    } finally {
      clearTimeout(timer);
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const traceId = String(request.headers['x-amzn-trace-id'] ?? newTraceId());
    const body = await readBody(request, MAX_BODY_BYTES);
    if (!body) return send(request, response, gatewayMessage(413, 'Request Entity Too Large'));
    let event: ApiEvent;
    try {
      event = apiEvent(
        {
          method: request.method ?? 'GET',
          target: request.url ?? '/',
          httpVersion: request.httpVersion,
          rawHeaders: request.rawHeaders,
          body,
          sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
          port: listening.port,
          nowMs: Date.now(),
          traceId,
        },
        api,
      );
    } catch {
      return send(request, response, gatewayMessage(400, 'Bad Request'));
    }
    const { requestId } = event.requestContext;
    if (options.streaming) {
      // The function's own timeout is the only one.
      const { signal } = new AbortController();
      const whole = await streamAnswer((onStream) => options.fn.invoke(event, { signal, traceId, onStream }), response);
      return whole && send(request, response, whole, requestId);
    }
    return send(request, response, await answer(event, traceId), requestId);
  }

  const listening = await listen(
    (request, response) => {
      // The connection broke off here: no client is left to answer.
      const work = serve(request, response)
        .catch(() => response.destroy())
        .then(() => {
          inFlight.delete(work);
        });
      inFlight.add(work);
    },
    { port: options.port ?? DEFAULTS.port, host, server: { maxHeaderSize: MAX_HEADER_BYTES } },
  );
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`,
    port: listening.port,
    stop: async () => {
      void listening.refuse();
      while (inFlight.size > 0) await Promise.all(inFlight);
      await listening.close();
    },
  };
}

/** Resolves once the answer is on its way whole, or the client is gone. */
async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ApiResponse,
  requestId = '',
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  if (response.destroyed) return;
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  if (requestId !== '') response.setHeader('apigw-requestid', requestId);
  const bodiless = answer.status === 204 || answer.status === 304;
  if (!bodiless) response.setHeader('content-length', answer.body.length);
  response.end(bodiless || request.method === 'HEAD' ? undefined : answer.body);
  await closed;
}
