import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../core/server.ts';
import { listen, sendJson } from '../http/listen.ts';
import type { ExtensionsApi, InvokeEvent } from './extensions-api.ts';
import { createExtensionsApi } from './extensions-api.ts';
import type { InvocationInput } from './result.ts';

/**
 * A response may have at most this many bytes: 6 MB, plus room for the envelope (Lambda quotas, as
 * its error message says).
 */
const MAX_RESPONSE_BYTES = 6_291_556;

/** A streamed response has at most 200 MB (Lambda quotas). */
const MAX_STREAM_BYTES = 200 * 1_048_576;

const RUNTIME = '/2018-06-01/runtime/';
const EXTENSION = '/2020-01-01/extension/';

/** An error as the runtime reported it. */
interface RuntimeFault {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

type OnStream = InvocationInput['onStream'];

type RuntimeAnswer = { readonly payload: string; readonly fault?: undefined } | { readonly fault: RuntimeFault };

export interface RuntimeApi {
  /** `host:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /**
   * Resolves once the runtime waits for an invocation and every extension for an event; ends init
   * and each invocation.
   */
  idle(): Promise<void>;
  /** Whether an event can be handed over now. */
  waiting(): boolean;
  /**
   * Hands an event to the runtime, or to that of its workers that has waited longest, and resolves
   * with its answer. Only for a runtime that waits.
   */
  invoke(event: InvokeEvent, payload: string, onStream?: OnStream): Promise<RuntimeAnswer>;
  initFault(): RuntimeFault | undefined;
  extensionRegistered(): boolean;
  close(): Promise<void>;
}

/**
 * Lambda's Runtime API and Extensions API for one execution environment. On managed instances it is
 * the same API, asked for several invocations at once
 * (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
 */
export async function startRuntimeApi(options: {
  readonly functionName: string;
  readonly handler: string;
  readonly accountId: string;
  /** Whether extensions may register for INVOKE: not on managed instances. @defaultValue true */
  readonly invokeEvents?: boolean;
}): Promise<RuntimeApi> {
  const runtimes: ServerResponse[] = []; // the open requests for a next invocation, in order
  let initialized = false;
  let fault: RuntimeFault | undefined;
  const current = new Map<string, { settle(answer: RuntimeAnswer): void; onStream: OnStream }>();
  let waiters: Array<() => void> = [];

  const notify = () => {
    if (runtimes.length === 0 || !extensions.settled()) return;
    const ready = waiters;
    waiters = [];
    for (const resolve of ready) resolve();
  };
  const { invokeEvents = true, ...identity } = options;
  const extensions: ExtensionsApi = createExtensionsApi({
    ...identity,
    invokeEvents,
    registrationOpen: () => !initialized,
    onChange: notify,
  });

  function next(response: ServerResponse): void {
    initialized = true;
    runtimes.push(response);
    response.on('close', () => {
      const at = runtimes.indexOf(response);
      if (at >= 0) runtimes.splice(at, 1);
    });
    notify();
  }

  async function answer(request: IncomingMessage, response: ServerResponse, id: string, kind: string): Promise<void> {
    const invocation = current.get(id);
    if (invocation && request.headers['lambda-runtime-function-response-mode'] === 'streaming') {
      return answerStream(request, response, id);
    }
    const body = await readBody(request, MAX_RESPONSE_BYTES);
    const settle = current.get(id)?.settle;
    if (!settle) {
      return sendJson(response, 400, { errorMessage: `Invalid request ID ${id}`, errorType: 'InvalidRequestID' });
    }
    current.delete(id);
    if (!body) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      settle({ fault: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } });
      return sendJson(response, 413, { errorMessage, errorType: 'RequestEntityTooLarge' });
    }
    if (kind === 'response') settle({ payload: body.toString('utf8') });
    else settle({ fault: readFault(body, request) });
    sendJson(response, 202, { status: 'OK' });
  }

  /** A fault after the beginning comes in the trailers. */
  async function answerStream(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const { onStream } = current.get(id) ?? {};
    let payload = '';
    if (onStream) {
      const ended = new Promise<void>((resolve, reject) => {
        request.once('end', resolve);
        request.once('error', reject);
      });
      onStream({ contentType: request.headers['content-type'] ?? '', body: request });
      await ended;
    } else payload = (await readBody(request, MAX_STREAM_BYTES))?.toString('utf8') ?? '';
    const settle = current.get(id)?.settle;
    current.delete(id);
    const fault = request.trailers['lambda-runtime-function-error-body'];
    settle?.(fault === undefined ? { payload } : { fault: readFault(Buffer.from(fault, 'base64'), request) });
    sendJson(response, 202, { status: 'OK' });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.startsWith(EXTENSION)) return extensions.handle(request, response, path.slice(EXTENSION.length));
    const route = path.startsWith(RUNTIME) ? path.slice(RUNTIME.length) : '';
    const [, id, kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (request.method === 'GET' && route === 'invocation/next') return next(response);
    if (request.method === 'POST' && id && kind) return answer(request, response, id, kind);
    if (request.method === 'POST' && route === 'init/error') {
      const body = await readBody(request, MAX_RESPONSE_BYTES);
      fault ??= readFault(body ?? Buffer.alloc(0), request);
      return sendJson(response, 202, { status: 'OK' });
    }
    sendJson(response, 404, { errorMessage: `Unknown path: ${request.method} ${path}`, errorType: 'NotFound' });
  }

  const listening = await listen((request, response) => {
    // A request that breaks off belongs to a process that is gone; its exit tells the rest.
    handle(request, response).catch(() => response.destroy());
  });
  // A handler may work for minutes between two calls on one connection.
  listening.server.keepAliveTimeout = 0;

  return {
    address: `127.0.0.1:${listening.port}`,
    idle: () => {
      return new Promise((resolve) => {
        waiters.push(resolve);
        notify();
      });
    },
    waiting: () => runtimes.length > 0,
    invoke: (event, payload, onStream) =>
      new Promise((resolve, reject) => {
        const response = runtimes.shift();
        if (!response) return reject(new Error('Cannot invoke: the runtime does not wait for an invocation'));
        current.set(event.requestId, { settle: resolve, onStream });
        extensions.deliver(event);
        response.writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': event.requestId,
          'lambda-runtime-deadline-ms': String(event.deadlineMs),
          'lambda-runtime-invoked-function-arn': event.invokedFunctionArn,
          'lambda-runtime-trace-id': event.traceId,
        });
        response.end(payload);
      }),
    initFault: () => fault,
    extensionRegistered: () => extensions.registered(),
    close: () => listening.close(),
  };
}

function readFault(body: Buffer, request: IncomingMessage): RuntimeFault {
  const header = request.headers['lambda-runtime-function-error-type'];
  const fallback = typeof header === 'string' && header !== '' ? header : 'Runtime.Unknown';
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const { errorType, errorMessage, trace, stackTrace } = parsed as Record<string, unknown>; // each is checked below
    const lines = Array.isArray(trace) ? trace : stackTrace;
    return {
      errorType: typeof errorType === 'string' && errorType !== '' ? errorType : fallback,
      errorMessage: typeof errorMessage === 'string' ? errorMessage : '',
      ...(Array.isArray(lines) ? { trace: lines.map(String) } : {}),
    };
  } catch {
    return { errorType: fallback, errorMessage: body.toString('utf8') };
  }
}
