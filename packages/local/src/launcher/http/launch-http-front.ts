import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { readBody } from '../../core/server.ts';
import { newTraceId } from '../function/function-spec.ts';
import type { FunctionStream, InvocationResult } from '../function/result.ts';
import type { ApiResponse } from './api-response.ts';
import type { Accepted } from './gateway.ts';
import { functionUrl, httpApi, restApi } from './gateway.ts';
import { listen } from './listen.ts';
import { streamAnswer } from './stream-answer.ts';

export interface HttpFrontOptions {
  /** The function that answers; a `LaunchedFunction` or anything that invokes alike. */
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
   * How long the function may take before the client gets a 503, or of a REST API a 504.
   *
   * @defaultValue 30000, the most that an HTTP API allows; 29000 with `stage`
   */
  readonly timeoutMs?: number | undefined;
  /** @defaultValue '123456789012' */
  readonly accountId?: string | undefined;
  /** @defaultValue 'local' */
  readonly apiId?: string | undefined;
  /**
   * Answers as a function URL of mode RESPONSE_STREAM does, or with `stage` a REST API of mode
   * STREAM: piece by piece, for as long as the function may take. @defaultValue false
   */
  readonly streaming?: boolean | undefined;
  /**
   * Answers at `/{stage}` as a REST API does, with events of payload format 1.0. @defaultValue
   * none: an HTTP API
   */
  readonly stage?: string | undefined;
  /** Types of bodies that a REST API does not take for text. @defaultValue none */
  readonly binaryMediaTypes?: readonly string[] | undefined;
}

export interface HttpFront {
  /** e.g. `http://127.0.0.1:49152`, without a slash at the end; of a REST API with its stage. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more requests, waits for those in flight (each ends within the timeout) and closes
   * every connection.
   */
  stop(): Promise<void>;
}

/** Quotas of HTTP and REST APIs: payload, and request line with all headers. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;

const DEFAULTS = {
  port: 0,
  host: '127.0.0.1',
  timeoutMs: 30_000,
  accountId: '123456789012',
  apiId: 'local',
  streaming: false,
  stage: undefined,
  binaryMediaTypes: [] as readonly string[],
};

/** The most that a REST API allows by default. */
const REST_TIMEOUT_MS = 29_000;

/** The public function of this name, which `on-first-call.ts` documents and loads. */
export async function launchHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  assertKnownOptions('use launchHttpFront', options, ['fn', ...Object.keys(DEFAULTS)]);
  const { stage, streaming, binaryMediaTypes = DEFAULTS.binaryMediaTypes } = options;
  const timeoutMs = options.timeoutMs ?? (stage === undefined ? DEFAULTS.timeoutMs : REST_TIMEOUT_MS);
  const api = { accountId: options.accountId ?? DEFAULTS.accountId, apiId: options.apiId ?? DEFAULTS.apiId };
  const gateway =
    stage !== undefined ? restApi({ ...api, stage, binaryMediaTypes }) : streaming ? functionUrl(api) : httpApi(api);
  const host = options.host ?? DEFAULTS.host;
  const inFlight = new Set<Promise<void>>();

  async function answer({ event, respond }: Accepted, traceId: string): Promise<ApiResponse> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), timeoutMs);
    try {
      const result = await options.fn.invoke(event, { signal: patience.signal, traceId });
      if (!result.error) return respond(result.payload);
      return result.error.errorType === 'RequestEntityTooLargeException' ? gateway.tooLarge : gateway.failed;
    } catch {
      return patience.signal.aborted ? gateway.late : gateway.failed;
    } finally {
      clearTimeout(timer);
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const traceId = String(request.headers['x-amzn-trace-id'] ?? newTraceId());
    const body = await readBody(request, MAX_BODY_BYTES);
    if (!body) return send(request, response, gateway.tooLarge);
    const accepted = gateway.accept({
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
      body,
      sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      port: listening.port,
      nowMs: Date.now(),
      traceId,
    });
    if (!('event' in accepted)) return send(request, response, accepted);
    const { event, ids, respond } = accepted;
    if (streaming) {
      // The function's own timeout is the only one.
      const { signal } = new AbortController();
      const invoke = (onStream: (stream: FunctionStream) => void) =>
        options.fn.invoke(event, { signal, traceId, onStream });
      const { head, failed } = gateway;
      const whole = await streamAnswer(invoke, response, { head, failed, respond });
      return whole && send(request, response, whole, ids);
    }
    return send(request, response, await answer(accepted, traceId), ids);
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
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}${stage === undefined ? '' : `/${stage}`}`,
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
  ids: Readonly<Record<string, string>> = {},
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  if (response.destroyed) return;
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  for (const [name, value] of Object.entries(ids)) response.setHeader(name, value);
  const bodiless = answer.status === 204 || answer.status === 304;
  if (!bodiless) response.setHeader('content-length', answer.body.length);
  response.end(bodiless || request.method === 'HEAD' ? undefined : answer.body);
  await closed;
}
